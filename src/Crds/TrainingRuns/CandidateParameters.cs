using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds.Schema;

namespace TextOps.Crds.TrainingRuns;

/// <summary>The parameters of a candidate's family by name: a search replaces them, as text.</summary>
public static class CandidateParameters
{
    /// <summary>The candidate's family and its name in JSON, for example <c>logisticRegression</c>; null where none is given.</summary>
    public static (string Name, object Settings)? FamilyOf(Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate switch
        {
            { LogisticRegression: { } settings } => ("logisticRegression", settings),
            { GradientBoosting: { } settings } => ("gradientBoosting", settings),
            { RandomForest: { } settings } => ("randomForest", settings),
            _ => null,
        };
    }

    /// <summary>The candidate with <paramref name="values"/> in its family, and without a search.</summary>
    /// <exception cref="ArgumentException">A name or value is none of the family's.</exception>
    public static Candidate With(Candidate candidate, IReadOnlyDictionary<string, string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (FamilyOf(candidate) is not var (name, settings) || values.Count == 0)
        {
            return candidate with { Search = null };
        }

        var json = JsonSerializer.SerializeToNode(settings, settings.GetType(), Json.Strict)!.AsObject();
        foreach (var (parameter, value) in values)
        {
            if (ProblemOf(candidate, parameter, value) is { } problem)
            {
                throw new ArgumentException($"{parameter} ({value}) cannot be set: {problem}", nameof(values));
            }

            json[parameter] = NodeOf(FieldOf(settings, parameter)!.Shape.Kind, value);
        }

        var whole = JsonSerializer.SerializeToNode(candidate with { Search = null }, Json.Strict)!.AsObject();
        whole[name] = json;
        return whole.Deserialize<Candidate>(Json.Strict)!;
    }

    /// <summary>Why <paramref name="value"/> cannot be the value of <paramref name="parameter"/>; null where it can.</summary>
    public static string? ProblemOf(Candidate candidate, string parameter, string value)
    {
        if (FamilyOf(candidate) is not var (name, settings))
        {
            return null;
        }

        if (FieldOf(settings, parameter) is not { } field)
        {
            return $"{name} has no parameter {parameter}; it has {string.Join(", ", Field.Of(settings.GetType()).Select(known => known.Name))}";
        }

        return field.Shape.Kind switch
        {
            ShapeKind.Int32 or ShapeKind.Int64 => ProblemOfInteger(field, value),
            ShapeKind.Text => ProblemOfText(field, value),
            ShapeKind.Choice when Field.ValuesOf(field.Shape.Type).All(known => known.Name != value) =>
                $"it is one of {string.Join(", ", Field.ValuesOf(field.Shape.Type).Select(known => known.Name))}",
            ShapeKind.Boolean when value is not ("true" or "false") => "it is true or false",
            _ => null,
        };
    }

    private static string? ProblemOfInteger(Field field, string value)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return "it is a whole number";
        }

        return field.Get<RangeAttribute>() is { } range && (number < Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture) || number > Convert.ToInt64(range.Maximum, CultureInfo.InvariantCulture))
            ? $"it lies between {range.Minimum} and {range.Maximum}"
            : null;
    }

    private static string? ProblemOfText(Field field, string value) =>
        field.Get<RegularExpressionAttribute>() is { } pattern && !pattern.IsValid(value) ? $"it must match {pattern.Pattern}" : null;

    private static Field? FieldOf(object settings, string parameter) => Field.Of(settings.GetType()).FirstOrDefault(field => field.Name == parameter);

    private static JsonNode NodeOf(ShapeKind kind, string value) => kind switch
    {
        ShapeKind.Int32 or ShapeKind.Int64 => JsonValue.Create(long.Parse(value, CultureInfo.InvariantCulture)),
        ShapeKind.Boolean => JsonValue.Create(value == "true"),
        _ => JsonValue.Create(value),
    };
}
