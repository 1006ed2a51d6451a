namespace TextOps.Runner.Prepare.Splits;

/// <summary>Stratified folds of the training split: groups of rows stay together, and each class is spread as evenly as they allow.</summary>
internal static class Folds
{
    /// <summary>The fold of each row, from 0.</summary>
    /// <param name="labels">Number of each row's label.</param>
    /// <param name="groups">Number of each row's group; groups are dealt out in the order of their numbers.</param>
    public static int[] Of(IReadOnlyList<int> labels, IReadOnlyList<int> groups, int folds)
    {
        var folded = new int[labels.Count];
        var total = new int[folds];
        var ofClass = new Dictionary<int, int[]>();
        var members = Enumerable.Range(0, labels.Count).GroupBy(row => groups[row]).OrderBy(group => group.Key);
        foreach (var group in members)
        {
            var label = group.GroupBy(row => labels[row]).OrderByDescending(same => same.Count()).ThenBy(same => same.Key).First().Key;
            if (!ofClass.TryGetValue(label, out var counts))
            {
                ofClass.Add(label, counts = new int[folds]);
            }

            // The fold with the fewest rows of the class; of those the one with the fewest rows, so that small classes do not all begin with the first.
            var fold = Enumerable.Range(0, folds).MinBy(fold => (counts[fold], total[fold], fold));
            foreach (var row in group)
            {
                folded[row] = fold;
                counts[fold]++;
                total[fold]++;
            }
        }

        return folded;
    }
}
