using TextOps.Learning.Matrices;

namespace TextOps.Learning.Families;

/// <summary>What families of trees ask of the rows that they learn from.</summary>
internal static class TreeRows
{
    /// <summary>The dense columns of rows that trees can learn from.</summary>
    /// <exception cref="TrainingException">There are sparse columns or none, or a number is missing or infinite.</exception>
    public static DenseMatrix Require(string family, FeatureMatrix features, ReadOnlySpan<int> labels)
    {
        if (features.Sparse is not null)
        {
            throw new TrainingException($"{family} takes dense blocks only (numeric, embedding), not tfidf; name the dense blocks in the candidate's features");
        }

        var dense = features.Dense ?? throw new TrainingException($"{family} was given no features");
        if (labels.Length != dense.Rows || dense.Rows == 0)
        {
            throw new TrainingException($"{family} was given {dense.Rows} rows with {labels.Length} labels");
        }

        for (var i = 0; i < dense.Values.Length; i++)
        {
            if (!float.IsFinite(dense.Values[i]))
            {
                throw new TrainingException($"{family}: row {i / dense.Columns}, column {i % dense.Columns} is {dense.Values[i]}; trees are trained on finite numbers only");
            }
        }

        return dense;
    }
}
