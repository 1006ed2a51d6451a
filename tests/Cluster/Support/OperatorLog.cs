using System.Text.Json.Nodes;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support;

/// <summary>What an operator says on its standard output: an object a line.</summary>
internal static class OperatorLog
{
    /// <summary>The lines with this event, in order.</summary>
    public static IReadOnlyList<JsonNode> Events(ChildProcess program, string name) =>
        [.. program.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["event"] == name)];

    /// <summary>Waits for an event, and answers its first line.</summary>
    public static JsonNode WaitFor(ChildProcess program, string name)
    {
        program.WaitUntil(() => program.Output.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal), $"{name} in the log");
        return Events(program, name)[0];
    }

    /// <summary>When a line was written.</summary>
    public static DateTimeOffset At(JsonNode line) => (DateTimeOffset)line["timestamp"]!;
}
