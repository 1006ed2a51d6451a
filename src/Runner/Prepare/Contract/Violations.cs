using TextOps.Artifacts.Training;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Prepare.Contract;

/// <summary>What was found wrong: every violation counts, and the first of them are listed.</summary>
internal sealed class Violations(int listed = Violations.MaxListed)
{
    /// <summary>How many are listed.</summary>
    public const int MaxListed = 100_000;

    /// <summary>Longest value that is listed, in characters.</summary>
    public const int MaxValue = 200;

    private readonly List<ContractViolation> list = [];
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> rejected = new(StringComparer.Ordinal);

    /// <summary>The first of them.</summary>
    public IReadOnlyList<ContractViolation> Listed => list;

    /// <summary>Violations by reason.</summary>
    public IReadOnlyDictionary<string, long> Counts => counts;

    /// <summary>Rows left out, by the first reason that held.</summary>
    public IReadOnlyDictionary<string, long> Rejected => rejected;

    /// <summary>How many are not listed.</summary>
    public long NotListed { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(string file, long line, string id, string reason, string? field, string? value, string? sameAs = null)
    {
        counts[reason] = counts.GetValueOrDefault(reason) + 1;
        if (list.Count == listed)
        {
            NotListed++;
            return;
        }

        list.Add(new ContractViolation
        {
            File = file,
            Line = line,
            Id = Shown(id),
            Reason = reason,
            Field = field,
            Value = value is null ? null : Shown(value),
            SameAs = sameAs is null ? null : Shown(sameAs),
        });
    }

    /// <summary>Counts a row that is left out.</summary>
    public void Reject(string reason) => rejected[reason] = rejected.GetValueOrDefault(reason) + 1;

    /// <summary>A value as it is listed: the first characters, control characters escaped.</summary>
    public static string Shown(string value)
    {
        var length = 0;
        var characters = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            if (characters++ == MaxValue)
            {
                return LogText.Escape(value[..length]) + "…";
            }

            length += rune.Utf16SequenceLength;
        }

        return LogText.Escape(value);
    }
}
