using TextOps.Learning.Matrices;

namespace TextOps.Learning.Tests.Models;

/// <summary>Rows of random numbers; every fifth sparse row has no terms.</summary>
internal static class RandomFeatures
{
    public static FeatureMatrix Make(Random random, int rows, int sparseColumns, int denseColumns) => new()
    {
        Sparse = sparseColumns > 0 ? Sparse(random, rows, sparseColumns) : null,
        Dense = denseColumns > 0 ? Dense(random, rows, denseColumns) : null,
    };

    public static DenseMatrix Dense(Random random, int rows, int columns) =>
        new(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => (float)((random.NextDouble() * 2) - 1))]);

    private static CsrMatrix Sparse(Random random, int rows, int columns)
    {
        var (starts, indices, values) = (new List<int> { 0 }, new List<int>(), new List<double>());
        for (var row = 0; row < rows; row++)
        {
            var terms = row % 5 == 0 ? 0 : random.Next(0, Math.Min(columns, 60) + 1);
            foreach (var column in Enumerable.Range(0, terms).Select(_ => random.Next(columns)).Distinct().Order())
            {
                indices.Add(column);
                values.Add(random.NextDouble());
            }

            starts.Add(indices.Count);
        }

        return new CsrMatrix(rows, columns, [.. starts], [.. indices], [.. values]);
    }
}
