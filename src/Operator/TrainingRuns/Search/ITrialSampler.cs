using TextOps.Crds.TrainingRuns;

namespace TextOps.Operator.TrainingRuns.Search;

/// <summary>
/// Chooses the parameters of the next trial: a pure function of seed, space and what is known, so that any operator, restarted at any moment, chooses the same. Nothing is remembered
/// beside the trials themselves.
/// </summary>
public interface ITrialSampler
{
    /// <summary>The parameters of trial <paramref name="ordinal"/> (from 0, of one candidate), as text by name; null where the space has no more.</summary>
    /// <param name="seed">Seed of this candidate's search.</param>
    /// <param name="space">The parameters, in order; a condition names an earlier one.</param>
    /// <param name="finished">The candidate's trials that are over.</param>
    IReadOnlyDictionary<string, string>? Next(ulong seed, IReadOnlyList<SearchParameter> space, IReadOnlyList<FinishedTrial> finished, int ordinal);
}

/// <summary>A trial that is over.</summary>
/// <param name="Parameters">What was sampled.</param>
/// <param name="Value">Value of the objective; null where it failed.</param>
public sealed record FinishedTrial(IReadOnlyDictionary<string, string> Parameters, double? Value);
