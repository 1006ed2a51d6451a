using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;

namespace TextOps.Cluster.Tests.Support.Faults;

/// <summary>What is left of a run, in words that are the same for two runs of one input that ended alike.</summary>
internal static class EndState
{
    /// <summary>Describes an object, the children it ever had and the versions in the store.</summary>
    /// <param name="job">The object.</param>
    /// <param name="children">Its children.</param>
    /// <param name="output">Folder of the output.</param>
    public static string Describe(EmbeddingJob job, ChildRecord children, string output)
    {
        var status = job.Status!;
        var jobs = children.Jobs.Select(child => $"{child.Metadata.Labels![ApiGroup.PartLabel]}-a{child.Metadata.Labels[ApiGroup.AttemptLabel]}").Order(StringComparer.Ordinal);
        var configMaps = children.ConfigMaps.Select(child => child.Metadata.Labels![ApiGroup.PartLabel]).Order(StringComparer.Ordinal);
        var versions = Directory.GetDirectories(output).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "v000001", "manifest.json")))!;
        return string.Join(", ",
        [
            .. status.Conditions!.Select(condition => $"{condition.Type} {condition.Status} ({condition.Reason})"),
            $"observed {status.ObservedGeneration} of {job.Metadata.Generation}",
            $"progress {status.Progress}",
            $"rows {status.Rows}, chunks {status.Chunks}, rejected {status.Rejected}, shards {status.Shards?.Succeeded}/{status.Shards?.Total}",
            $"version {status.Version}",
            $"runs {string.Join('+', status.Runs!.Select(run => $"{run.Result} {run.Version}"))}",
            $"Jobs {string.Join('+', jobs)}",
            $"ConfigMaps {string.Join('+', configMaps)}",
            $"not owned {children.Jobs.Cast<IKubernetesObject>().Concat(children.ConfigMaps).Count(child => !IsOwned(child, job))}",
            $"store {string.Join('+', versions)}",
            $"parts {manifest["parts"]!.ToJsonString()}",
        ]);
    }

    private static bool IsOwned(IKubernetesObject child, EmbeddingJob job) =>
        child.Metadata.OwnerReferences is [{ Controller: true } owner] && owner.Uid == job.Metadata.Uid;
}
