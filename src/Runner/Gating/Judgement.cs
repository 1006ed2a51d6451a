using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Gating;

/// <summary>What a task judges by, as hashes: evidence that was judged by the same is as good as judging again.</summary>
/// <param name="All">Gates, smoke requests and soak time.</param>
/// <param name="Gates">The gates alone: what a task without a probe knows.</param>
internal readonly record struct Judgement(string All, string Gates)
{
    /// <summary>What <paramref name="task"/> judges by.</summary>
    public static Judgement Of(GateTask task) => new(
        Hash(new JsonObject { ["gates"] = Node(task.Gates), ["smoke"] = Node(task.Probe?.Smoke), ["soakSeconds"] = task.Probe?.SoakSeconds }),
        Hash(new JsonObject { ["gates"] = Node(task.Gates) }));

    private static string Hash(JsonObject document) => CanonicalJson.Sha256(document);

    private static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, Json.Strict);
}
