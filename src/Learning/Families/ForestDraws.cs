namespace TextOps.Learning.Families;

/// <summary>
/// What each tree of a forest draws: its rows, without replacement, and the labels' codes. A tree's draws depend on the seed and its number alone.
/// </summary>
internal sealed class ForestDraws(int rows, int bag, int labelCount, ulong seed)
{
    private readonly int[] order = new int[rows];
    private readonly float[] codes = new float[labelCount];

    /// <summary>Gradients that ask for the code of each row of the tree: its negative; 0 for the others.</summary>
    public float[] Gradients { get; } = new float[rows];

    /// <summary>1 for each row of the tree, 0 for the others.</summary>
    public float[] Hessians { get; } = new float[rows];

    /// <summary>Draws for a tree.</summary>
    public void Draw(int tree, ReadOnlySpan<int> labels)
    {
        var random = new SplitMix64((seed << 32) | (uint)tree);
        for (var row = 0; row < rows; row++)
        {
            order[row] = row;
        }

        Array.Fill(Hessians, 0);
        for (var i = 0; i < bag; i++)
        {
            var other = i + random.Below(rows - i);
            (order[i], order[other]) = (order[other], order[i]);
            Hessians[order[i]] = 1;
        }

        for (var label = 0; label < labelCount; label++)
        {
            codes[label] = labelCount == 2 ? label : Code(ref random);
        }

        for (var row = 0; row < rows; row++)
        {
            Gradients[row] = Hessians[row] > 0 ? -codes[labels[row]] : 0;
        }
    }

    /// <summary>Close to normally distributed (a sum of twelve even numbers), in steps of 1/64: such numbers add up without error.</summary>
    private static float Code(ref SplitMix64 random)
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
        {
            sum += random.Fraction();
        }

        return (float)Math.Round(sum * 64) / 64;
    }
}
