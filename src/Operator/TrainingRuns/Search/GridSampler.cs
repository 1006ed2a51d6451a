using TextOps.Crds.TrainingRuns;

namespace TextOps.Operator.TrainingRuns.Search;

/// <summary>Every combination of the space, the last parameter changing fastest. Where a condition does not hold, a parameter has one value: none.</summary>
internal sealed class GridSampler : ITrialSampler
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string>? Next(ulong seed, IReadOnlyList<SearchParameter> space, IReadOnlyList<FinishedTrial> finished, int ordinal) =>
        Combinations(space, 0, new Dictionary<string, string>(StringComparer.Ordinal)).Skip(ordinal).FirstOrDefault();

    private static IEnumerable<Dictionary<string, string>> Combinations(IReadOnlyList<SearchParameter> space, int index, Dictionary<string, string> chosen)
    {
        if (index == space.Count)
        {
            return [chosen];
        }

        return SearchSpace.Applies(space[index], chosen)
            ? SearchSpace.Grid(space[index]).SelectMany(value => Combinations(space, index + 1, new Dictionary<string, string>(chosen, StringComparer.Ordinal) { [space[index].Name] = value }))
            : Combinations(space, index + 1, chosen);
    }
}
