namespace TextOps.Kubernetes.Client;

/// <summary>An equality-based label selector: <c>a=b,c==d,e!=f</c> (Kubernetes documentation, "Labels and Selectors").</summary>
public sealed class LabelSelector
{
    private readonly List<(string Key, string Value, bool Equal)> requirements = [];

    /// <summary>Reads a selector; null or empty selects everything. Throws <see cref="KubernetesException"/> 400 for any other kind of requirement.</summary>
    public static LabelSelector Parse(string? text)
    {
        var selector = new LabelSelector();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new KubernetesException(400, "BadRequest", $"unable to parse requirement \"{part}\" of label selector \"{text}\": only key=value and key!=value are known");
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
        foreach (var (key, value, equal) in requirements)
        {
            var has = labels is not null && labels.TryGetValue(key, out var found) && found == value;
            if (has != equal)
            {
                return false;
            }
        }

        return true;
    }
}
