namespace TextOps.Runner.Prepare.Splits;

/// <summary>How many rows of each class come to the validation and the test split, in all and in each class as near to the fractions as whole rows allow.</summary>
internal static class SplitShares
{
    /// <summary>The number of rows that a fraction of them is; a part of a row counts as one.</summary>
    public static int Of(int rows, decimal fraction) => (int)Math.Ceiling(rows * fraction);

    /// <summary>
    /// Gives each class the whole rows of its fraction, and what is missing to the fraction of all rows to the classes with the largest remainders. A class keeps at
    /// least one row.
    /// </summary>
    /// <param name="sizes">Rows of each class.</param>
    /// <param name="taken">Rows of each class that are given away already.</param>
    public static int[] Of(IReadOnlyList<int> sizes, IReadOnlyList<int> taken, decimal fraction)
    {
        var shares = new int[sizes.Count];
        for (var index = 0; index < shares.Length; index++)
        {
            shares[index] = Math.Max(0, Math.Min((int)Math.Floor(sizes[index] * fraction), sizes[index] - taken[index] - 1));
        }

        var missing = Of(sizes.Sum(), fraction) - shares.Sum();
        foreach (var index in Enumerable.Range(0, shares.Length).OrderByDescending(index => (sizes[index] * fraction) - shares[index]).ThenBy(index => index))
        {
            if (missing > 0 && (sizes[index] * fraction) > shares[index] && sizes[index] - taken[index] - shares[index] > 1)
            {
                shares[index]++;
                missing--;
            }
        }

        return shares;
    }
}
