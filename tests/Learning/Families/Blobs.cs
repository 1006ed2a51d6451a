using TextOps.Learning.Matrices;

namespace TextOps.Learning.Tests.Families;

/// <summary>Rows around one centre per label, labels in turn.</summary>
internal static class Blobs
{
    public static (FeatureMatrix Features, int[] Labels) Make(int rows, int columns, int labels, double spread = 0.7, int seed = 5)
    {
        var random = new Random(seed);
        var centres = Enumerable.Range(0, labels * columns).Select(_ => (random.NextDouble() * 2) - 1).ToArray();
        var values = new float[rows * columns];
        var numbers = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            numbers[row] = row % labels;
            for (var column = 0; column < columns; column++)
            {
                values[(row * columns) + column] = (float)(centres[(numbers[row] * columns) + column] + (((random.NextDouble() * 2) - 1) * spread));
            }
        }

        return (new FeatureMatrix { Dense = new DenseMatrix(rows, columns, values) }, numbers);
    }
}
