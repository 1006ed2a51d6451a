using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Operator.TrainingRuns.Search;

/// <summary>The trials of a run: those of one candidate after those of the one before, numbered from 0, and cut into Jobs in that order.</summary>
public sealed record TrialPlan
{
    /// <summary>The trials, by number.</summary>
    public required IReadOnlyList<Trial> Trials { get; init; }

    /// <summary>The trials of each Job.</summary>
    public required IReadOnlyList<IReadOnlyList<Trial>> Jobs { get; init; }

    /// <summary>Whether there is anything to choose from; else the one trial is fitted at once.</summary>
    public bool IsSearch => Trials.Count > 1;

    /// <summary>The plan of a valid spec: the same for every operator at every moment.</summary>
    public static TrialPlan Of(TrainingRunSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var trials = new List<Trial>();
        foreach (var candidate in spec.Candidates)
        {
            foreach (var parameters in ParametersOf(candidate, spec.Search.Seed))
            {
                trials.Add(new Trial { Number = trials.Count, Candidate = CandidateParameters.With(candidate, parameters), Parameters = parameters.Count == 0 ? null : parameters });
            }
        }

        return new TrialPlan { Trials = trials, Jobs = [.. trials.Chunk(spec.Search.TrialsPerJob)] };
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> ParametersOf(Candidate candidate, int seed)
    {
        if (candidate.Search is not { } search)
        {
            yield return new Dictionary<string, string>(StringComparer.Ordinal);
            yield break;
        }

        ITrialSampler sampler = search.Algorithm == SearchAlgorithm.Grid ? new GridSampler() : new RandomSampler();
        var own = SeedOf(candidate.Name, seed);
        for (var ordinal = 0; ordinal < search.MaxTrials && sampler.Next(own, search.Space, [], ordinal) is { } parameters; ordinal++)
        {
            yield return parameters;
        }
    }

    // Candidates with equal spaces are not to try equal values.
    private static ulong SeedOf(string candidate, int seed) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {candidate}")));
}
