using System.Globalization;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Schema;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;
using TextOps.Runner.Text;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>The part of the data contract that a row keeps or breaks by itself.</summary>
internal sealed class RowContract(Dataset dataset, DatasetFields fields, Violations violations)
{
    private const int MaxLabel = 256;
    private const double LargestInteger = 1L << 53;

    private readonly RowValidator texts = new(new RowValidation
    {
        MinLength = dataset.Validation.MinLength,
        MaxLength = dataset.Validation.MaxLength,
        RejectDigitsOnly = false,
        RejectDuplicates = false,
    });

    private readonly HashSet<string>? allowed = dataset.Labels.Allowed is { } labels ? new(labels, StringComparer.Ordinal) : null;

    // Of the row that is looked at: the first reason to leave it out.
    private string? first;

    /// <summary>The row, where it keeps the contract; else null, and its violations are noted.</summary>
    public LabelledRow? Check(RawRow row)
    {
        first = null;
        if (row.Defect is { } defect)
        {
            Violate(row, defect, field: null, row.DefectValue);
            violations.Reject(defect);
            return null;
        }

        var text = TextOf(row);
        var label = LabelOf(row);
        var numbers = new double[fields.Numbers.Count];
        for (var index = 0; index < numbers.Length; index++)
        {
            numbers[index] = NumberOf(row, dataset.Fields![index], row.Values[fields.Numbers[index]]);
        }

        var labelled = new LabelledRow
        {
            Input = row.Input,
            Line = row.Line,
            Id = row.Id,
            Text = text ?? "",
            Label = label ?? "",
            Numbers = numbers,
            Document = row.Document,
            Vector = row.Vector,
            Given = row.Given,
        };
        labelled = WithSplitField(labelled, row);
        if (first is { } reason)
        {
            violations.Reject(reason);
            return null;
        }

        return labelled;
    }

    private string? TextOf(RawRow row)
    {
        var (value, field) = fields.Text < 0
            ? (FieldValue.Of(row.Text!), "text")
            : (row.Values[fields.Text], dataset.TextField);
        if (value.Kind is not FieldKind.Text)
        {
            Violate(row, RejectReasons.MissingText, field, value.Text);
            return null;
        }

        if (texts.Check(value.Text) is { } reason)
        {
            Violate(row, reason, field, value.Text);
        }

        return value.Text;
    }

    private string? LabelOf(RawRow row)
    {
        var value = row.Values[fields.Label];
        if (value.Kind == FieldKind.Missing || value.Text.Length == 0)
        {
            Violate(row, ContractReasons.MissingLabel, dataset.LabelField, null);
            return null;
        }

        if (value.Kind == FieldKind.Other || value.Text.Length > MaxLabel || (value.Kind == FieldKind.Number && !long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
        {
            Violate(row, ContractReasons.InvalidLabel, dataset.LabelField, value.Text);
            return null;
        }

        var label = dataset.Labels.Map is { } map && map.TryGetValue(value.Text, out var mapped) ? mapped : value.Text;
        var reason = label.Length == 0 ? ContractReasons.InvalidLabel
            : allowed is not null && !allowed.Contains(label) ? ContractReasons.LabelNotAllowed
            : null;
        if (reason is not null)
        {
            Violate(row, reason, dataset.LabelField, label == value.Text ? label : $"{value.Text} (mapped to {label})");
        }

        return label;
    }

    private double NumberOf(RawRow row, NumericField field, FieldValue value)
    {
        if (value.Kind == FieldKind.Missing)
        {
            if (!field.Nullable)
            {
                Violate(row, ContractReasons.MissingNumber, field.Name, null);
            }

            return double.NaN;
        }

        if (value.Kind == FieldKind.Other || !double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            Violate(row, ContractReasons.NotANumber, field.Name, value.Text);
            return double.NaN;
        }

        var reason = !double.IsFinite(number) ? ContractReasons.NotFinite
            : field.Type == NumericType.Integer && (double.Floor(number) != number || Math.Abs(number) > LargestInteger) ? ContractReasons.NotAnInteger
            : number < Decimals.Value(field.Minimum) || number > Decimals.Value(field.Maximum) ? ContractReasons.OutOfRange
            : null;
        if (reason is not null)
        {
            Violate(row, reason, field.Name, value.Text);
        }

        return number;
    }

    private LabelledRow WithSplitField(LabelledRow labelled, RawRow row)
    {
        if (fields.Split < 0)
        {
            return labelled;
        }

        var (value, field) = (row.Values[fields.Split], dataset.Split.Field!);
        if (value.Kind == FieldKind.Missing || value.Text.Length == 0)
        {
            Violate(row, ContractReasons.MissingSplitField, field, null);
            return labelled;
        }

        var found = dataset.Split.Method switch
        {
            SplitMethod.Group => labelled with { Group = value.Text },
            SplitMethod.Time => labelled with { Time = RowTime.Of(value) },
            _ => labelled with { Given = SplitNames.Parse(value.Text) },
        };
        if (found is { Group: null, Time: null, Given: null })
        {
            Violate(row, ContractReasons.InvalidSplitField, field, value.Text);
        }

        return found;
    }

    private void Violate(RawRow row, string reason, string? field, string? value)
    {
        first ??= reason;
        violations.Add(row.Input, row.Line, row.Id, reason, field, value);
    }
}
