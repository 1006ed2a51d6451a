using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Cluster.Tests.Support.Faults;

/// <summary>What is left of a run, in words that are the same for two runs of one input that ended alike.</summary>
internal static class EndState
{
    /// <summary>Describes an object and the children it ever had.</summary>
    /// <param name="run">The object.</param>
    /// <param name="left">What only its kind leaves.</param>
    /// <param name="children">Its children.</param>
    public static string Describe(IRunObject<IRunSpec, IRunStatus> run, string left, ChildRecord children)
    {
        var status = run.Status!;
        var jobs = children.Jobs.Select(child => $"{child.Metadata.Labels![ApiGroup.PartLabel]}-a{child.Metadata.Labels[ApiGroup.AttemptLabel]}").Order(StringComparer.Ordinal);
        var configMaps = children.ConfigMaps.Select(child => child.Metadata.Labels![ApiGroup.PartLabel]).Order(StringComparer.Ordinal);
        return string.Join(", ",
        [
            .. status.Conditions!.Select(condition => $"{condition.Type} {condition.Status} ({condition.Reason})"),
            $"observed {status.ObservedGeneration} of {run.Metadata.Generation}",
            $"runs {string.Join('+', status.Runs!.Select(ended => $"{ended.Result} {ended.Version}"))}",
            $"Jobs {string.Join('+', jobs)}",
            $"ConfigMaps {string.Join('+', configMaps)}",
            $"not owned {children.Jobs.Cast<IKubernetesObject>().Concat(children.ConfigMaps).Count(child => !IsOwned(child, run))}",
            left,
        ]);
    }

    /// <summary>What an EmbeddingJob leaves: its counts, versions, and the parts of the first.</summary>
    /// <param name="job">The object.</param>
    /// <param name="output">Folder of the output.</param>
    public static string Of(EmbeddingJob job, string output)
    {
        var (status, manifest) = (job.Status!, JsonNode.Parse(File.ReadAllText(Path.Combine(output, "v000001", "manifest.json")))!);
        return $"progress {status.Progress}, rows {status.Rows}, chunks {status.Chunks}, rejected {status.Rejected}, shards {status.Shards?.Succeeded}/{status.Shards?.Total}, "
            + $"version {status.Version}, store {Versions(output)}, parts {manifest["parts"]!.ToJsonString()}";
    }

    /// <summary>What a TrainingRun leaves: its trials, the best, versions, and the bytes of the first.</summary>
    /// <param name="training">The object.</param>
    /// <param name="output">Folder of the model.</param>
    public static string Of(TrainingRun training, string output)
    {
        var status = training.Status!;
        return $"trials {status.Trials}, best {status.Best} {status.Metric} (in the search {status.BestTrial?.Value}), gates {string.Join('+', status.Gates!.Select(gate => $"{gate.Name} {gate.Value}"))}, "
            + $"version {status.Version}, store {Versions(output)}, model {Digest(output, "model.onnx")} {Digest(output, "featurizer.json")}";
    }

    private static string Versions(string output) =>
        string.Join('+', Directory.GetDirectories(output).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal));

    private static string Digest(string output, string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(output, "v000001", file))));

    private static bool IsOwned(IKubernetesObject child, IKubernetesObject run) =>
        child.Metadata.OwnerReferences is [{ Controller: true } owner] && owner.Uid == run.Metadata.Uid;
}
