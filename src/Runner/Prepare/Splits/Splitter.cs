using System.Globalization;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Text;

namespace TextOps.Runner.Prepare.Splits;

/// <summary>Says to which split each row comes: the same rows come to the same splits every time, in whatever order they are read.</summary>
internal static class Splitter
{
    /// <summary>The split of each row.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="groups">Which of them must stay together.</param>
    /// <exception cref="InputException">Times and numbers are mixed in the field that rows are sorted by.</exception>
    public static IReadOnlyList<SplitName> Split(IReadOnlyList<LabelledRow> rows, RowGroups groups, DatasetSplit split)
    {
        if (split.Method == SplitMethod.Given)
        {
            return [.. rows.Select(row => row.Given!.Value)];
        }

        var splits = new SplitName[rows.Count];
        var (validation, test) = (Fraction(split.ValidationFraction), Fraction(split.TestFraction));
        if (split.Method == SplitMethod.Stratified)
        {
            Stratify(rows, groups, validation, test, splits);
            return splits;
        }

        var order = split.Method == SplitMethod.Time ? LatestFirst(rows, groups, split.Field!) : groups.Groups;
        Fill(order, [(SplitName.Test, SplitShares.Of(rows.Count, test)), (SplitName.Validation, SplitShares.Of(rows.Count, validation))], splits, inOrder: split.Method == SplitMethod.Time);
        return splits;
    }

    private static decimal Fraction(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static void Stratify(IReadOnlyList<LabelledRow> rows, RowGroups groups, decimal validation, decimal test, SplitName[] splits)
    {
        // A group of rows with several labels counts as one of the label that most of them have.
        var classes = new SortedDictionary<string, List<IReadOnlyList<int>>>(StringComparer.Ordinal);
        foreach (var group in groups.Groups)
        {
            var label = group.GroupBy(row => rows[row].Label, StringComparer.Ordinal).OrderByDescending(same => same.Count()).ThenBy(same => same.Key, StringComparer.Ordinal).First().Key;
            if (!classes.TryGetValue(label, out var members))
            {
                classes.Add(label, members = []);
            }

            members.Add(group);
        }

        int[] sizes = [.. classes.Values.Select(members => members.Sum(group => group.Count))];
        var tests = SplitShares.Of(sizes, new int[sizes.Length], test);
        var validations = SplitShares.Of(sizes, tests, validation);
        var index = 0;
        foreach (var members in classes.Values)
        {
            Fill(members, [(SplitName.Test, tests[index]), (SplitName.Validation, validations[index])], splits, inOrder: false);
            index++;
        }
    }

    /// <summary>Gives groups to the first split that comes nearer to its size by them, else to training.</summary>
    /// <param name="inOrder">Whether a split is over when a group does not fit: groups after it come to the splits after it.</param>
    private static void Fill(IReadOnlyList<IReadOnlyList<int>> groups, (SplitName Split, int Size)[] sizes, SplitName[] splits, bool inOrder)
    {
        var first = 0;
        foreach (var group in groups)
        {
            var taker = first;
            while (taker < sizes.Length && group.Count >= 2 * sizes[taker].Size)
            {
                taker++;
            }

            first = inOrder ? taker : first;
            foreach (var row in group)
            {
                splits[row] = taker < sizes.Length ? sizes[taker].Split : SplitName.Train;
            }

            if (taker < sizes.Length)
            {
                sizes[taker].Size -= group.Count;
            }
        }
    }

    private static IReadOnlyList<IReadOnlyList<int>> LatestFirst(IReadOnlyList<LabelledRow> rows, RowGroups groups, string field)
    {
        var date = rows.FirstOrDefault(row => row.Time!.Value.IsDate);
        var number = rows.FirstOrDefault(row => !row.Time!.Value.IsDate);
        if (date is not null && number is not null)
        {
            throw new InputException($"field '{field}' (spec.dataset.split.field) holds dates ({date.Input}, line {date.Line}) and numbers ({number.Input}, line {number.Line}); give one kind in all rows");
        }

        // Of equal texts the latest time counts: training must not see what came after it. The order of groups decides between equal times.
        return [.. groups.Groups.OrderByDescending(group => group.Max(row => rows[row].Time!.Value.Value))];
    }
}
