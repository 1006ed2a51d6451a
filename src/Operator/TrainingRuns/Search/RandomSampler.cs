using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Operator.TrainingRuns.Search;

/// <summary>Draws each parameter from its range. A draw depends on seed, ordinal and the parameter's name alone: a parameter that is added leaves those of the others as they were.</summary>
internal sealed class RandomSampler : ITrialSampler
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string>? Next(ulong seed, IReadOnlyList<SearchParameter> space, IReadOnlyList<FinishedTrial> finished, int ordinal)
    {
        var chosen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parameter in space.Where(parameter => SearchSpace.Applies(parameter, chosen)))
        {
            chosen[parameter.Name] = SearchSpace.At(parameter, Share(seed, ordinal, parameter.Name));
        }

        return chosen;
    }

    // The same on every platform and in every version of .NET, which System.Random does not promise.
    private static double Share(ulong seed, int ordinal, string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed:x16} {ordinal} {name}"));
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }
}
