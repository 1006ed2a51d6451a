using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Features;

/// <summary>Numbers beside the text, the derived ones first.</summary>
internal sealed class NumericBlock(string name, NumericFeatures settings, IReadOnlyList<NumericColumn> columns) : PipelineBlock(name, isSparse: false, columns.Count)
{
    public NumericFeatures Settings { get; } = settings;

    public IReadOnlyList<NumericColumn> Numbers { get; } = columns;

    /// <summary>Names of the columns that settings ask for, and what is derived from the text.</summary>
    public static IReadOnlyList<(string Name, DerivedNumber? Derived)> ColumnsOf(NumericFeatures settings) =>
    [
        .. (settings.Derived ?? []).Select(derived => (NameOf(derived), (DerivedNumber?)derived)),
        .. (settings.Fields ?? []).Select(field => (field, (DerivedNumber?)null)),
    ];

    public static (NumericBlock Block, FeatureMatrix Training) Fit(string name, NumericFeatures settings, IReadOnlyList<TextRow> rows)
    {
        var wanted = ColumnsOf(settings);
        var numbers = Read(wanted, rows);
        var columns = new NumericColumn[wanted.Count];
        for (var column = 0; column < columns.Length; column++)
        {
            columns[column] = NumericColumn.Fit(wanted[column].Name, wanted[column].Derived, settings.Scale, numbers[column]);
        }

        var block = new NumericBlock(name, settings, columns);
        return (block, block.Scale(numbers, rows.Count));
    }

    internal override FeatureMatrix Transform(IReadOnlyList<TextRow> rows, CancellationToken cancellationToken) =>
        Scale(Read([.. Numbers.Select(column => (column.Name, column.Derived))], rows), rows.Count);

    private FeatureMatrix Scale(double[][] numbers, int rows)
    {
        var values = new float[(long)rows * Columns];
        for (var column = 0; column < Columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                values[(row * Columns) + column] = Numbers[column].Apply(numbers[column][row]);
            }
        }

        return new FeatureMatrix { Dense = new DenseMatrix(rows, Columns, values) };
    }

    /// <summary>The numbers of each column.</summary>
    private static double[][] Read(IReadOnlyList<(string Name, DerivedNumber? Derived)> columns, IReadOnlyList<TextRow> rows)
    {
        var numbers = columns.Select(_ => new double[rows.Count]).ToArray();
        for (var row = 0; row < rows.Count; row++)
        {
            var derived = DerivedNumbers.Of(rows[row].Text);
            for (var column = 0; column < columns.Count; column++)
            {
                numbers[column][row] = columns[column].Derived is { } number ? derived[number] : rows[row].Numbers.GetValueOrDefault(columns[column].Name, double.NaN);
            }
        }

        return numbers;
    }

    /// <summary>The name of a derived number: its field.</summary>
    public static string NameOf(DerivedNumber number) => JsonSerializer.SerializeToElement(number, Json.Strict).GetString()!;
}
