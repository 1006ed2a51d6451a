using System.Globalization;
using System.Runtime.InteropServices;
using TextOps.Artifacts.Embeddings;
using TextOps.Onnx;
using TextOps.Runner.Hosting;

namespace TextOps.Runner.Commit;

/// <summary>Run records: what a run did, for people and audits.</summary>
internal static class RunRecords
{
    /// <summary>The record of the run that made <paramref name="manifest"/>.</summary>
    public static RunRecord Of(VersionPlan plan, VersionManifest manifest, IReadOnlyList<ShardRecord> shards) => new()
    {
        ApiVersion = manifest.ApiVersion,
        Owner = plan.Owner,
        RunId = plan.RunId,
        Trigger = plan.Trigger,
        Version = plan.Version,
        Started = plan.Created,
        Finished = manifest.Created,
        Inputs = [.. plan.Inputs.Select(input => input.Uri)],
        LinesRead = manifest.Rows,
        LinesEmbedded = manifest.Embedded,
        LinesRejected = manifest.Rejected.Values.Sum(),
        RejectedByReason = manifest.Rejected,
        Chunks = manifest.Chunks,
        Tokens = manifest.Parts.Sum(part => part.Tokens),
        Truncated = manifest.Parts.Sum(part => part.Truncated),
        Model = plan.Model,
        CodeVersion = CodeVersion.Commit,
        Environment = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["executionProvider"] = "CPUExecutionProvider",
            ["onnxRuntime"] = OnnxEnvironment.Version,
            ["os"] = RuntimeInformation.OSDescription,
            ["processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["runtime"] = RuntimeInformation.FrameworkDescription,
        },
        CpuSeconds = Math.Round(shards.Sum(shard => shard.Cost.CpuSeconds), 3),
        GpuSeconds = Math.Round(shards.Sum(shard => shard.Cost.GpuSeconds), 3),
        PeakMemoryBytes = shards.Max(shard => shard.Cost.PeakMemoryBytes),
    };
}
