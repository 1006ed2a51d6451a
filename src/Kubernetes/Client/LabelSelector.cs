using System.Buffers;

namespace TextOps.Kubernetes.Client;

/// <summary>A label selector of equalities and of labels that are there: <c>a=b,c==d,e!=f,g,!h</c> (Kubernetes documentation, "Labels and Selectors").</summary>
public sealed class LabelSelector
{
    private static readonly SearchValues<char> Operators = SearchValues.Create("=!<>() \t");

    /// <summary>A value of null: any.</summary>
    private readonly List<(string Key, string? Value, bool Wanted)> requirements = [];

    /// <summary>Reads a selector; null or empty selects everything. Throws <see cref="KubernetesException"/> 400 for any other kind of requirement.</summary>
    public static LabelSelector Parse(string? text)
    {
        var selector = new LabelSelector();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var bare = part[0] == '!' ? part[1..].TrimStart() : part;
            if (bare.Length > 0 && !bare.AsSpan().ContainsAny(Operators))
            {
                selector.requirements.Add((bare, null, bare.Length == part.Length));
                continue;
            }

            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new KubernetesException(400, "BadRequest",
                    $"unable to parse requirement \"{part}\" of label selector \"{text}\": only key=value, key!=value, key and !key are known");
            }

            var negated = part[equals - 1] == '!';
            var value = part[(equals + 1)..].TrimStart('=');
            selector.requirements.Add((part[..(negated ? equals - 1 : equals)].Trim(), value.Trim(), !negated));
        }

        return selector;
    }

    /// <summary>Whether an object with <paramref name="labels"/> is selected.</summary>
    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        foreach (var (key, value, wanted) in requirements)
        {
            var has = labels is not null && labels.TryGetValue(key, out var found) && (value is null || found == value);
            if (has != wanted)
            {
                return false;
            }
        }

        return true;
    }
}
