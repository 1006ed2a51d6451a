using System.Text.Json.Nodes;

namespace TextOps.Kubernetes.InMemory;

/// <summary>JSON merge patch (RFC 7386): objects are merged, null removes, everything else replaces.</summary>
internal static class MergePatch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject nested:
                    if (target[name] is not JsonObject inner)
                    {
                        // Even into nothing a patch is merged, so that its nulls do not become values.
                        target[name] = inner = [];
                    }

                    Apply(inner, nested);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }
}
