using TextOps.Learning.Matrices;

namespace TextOps.Learning.Families;

/// <summary>What a model of trees asks of the rows that it predicts.</summary>
internal static class TreeModel
{
    /// <summary>The dense columns.</summary>
    /// <exception cref="ArgumentException">They are not the model's, or a number is missing (NaN), for which these trees have no branch.</exception>
    public static DenseMatrix Require(FeatureMatrix features, int columns)
    {
        if (features.Sparse is not null || features.Dense is not { } rows || rows.Columns != columns)
        {
            throw new ArgumentException($"the rows have {features.SparseColumns} sparse and {features.DenseColumns} dense columns; the model takes {columns} dense ones", nameof(features));
        }

        var missing = Array.FindIndex(rows.Values, float.IsNaN);
        return missing < 0 ? rows : throw new ArgumentException($"row {missing / columns}, column {missing % columns} is NaN", nameof(features));
    }
}
