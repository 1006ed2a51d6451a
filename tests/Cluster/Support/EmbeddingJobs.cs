using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Runtime;
using TextOps.Tests;

namespace TextOps.Cluster.Tests.Support;

/// <summary>EmbeddingJobs as a test writes them down.</summary>
internal static class EmbeddingJobs
{
    /// <summary>A valid object over a file of lines, with the model that comes with the repository.</summary>
    public static EmbeddingJob Over(string corpus, string name) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new EmbeddingJobSpec
        {
            Source = new TextSource { Uri = $"file://{corpus}" },
            Model = new EmbeddingModel { Uri = $"file://{Repository.File("models", "minilm-static-256")}" },
        },
    };

    /// <summary>The object after an edit of its spec.</summary>
    public static EmbeddingJob With(this EmbeddingJob job, Func<EmbeddingJobSpec, EmbeddingJobSpec> edit) => job with { Spec = edit(job.Spec) };

    /// <summary>The manifest.</summary>
    public static string ToManifest(this EmbeddingJob job) => JsonSerializer.Serialize(job, Json.Readable);

    /// <summary>Whether the operator has acted on the spec as it is now and is done with it.</summary>
    public static bool IsAtRest(this EmbeddingJob job) =>
        job.Status?.ObservedGeneration == job.Metadata.Generation && Condition(job, RunConditions.Reconciling)?.Status == ConditionStatus.False;

    /// <summary>What <c>kubectl get</c> shows as its status.</summary>
    public static string? Reason(this EmbeddingJob job) => Condition(job, RunConditions.Ready)?.Reason;

    /// <summary>What Ready says.</summary>
    public static string Message(this EmbeddingJob job) => Condition(job, RunConditions.Ready)?.Message ?? "";

    /// <summary>Why a person is needed; null where nobody is.</summary>
    public static string? Stalled(this EmbeddingJob job) => Condition(job, RunConditions.Stalled) is { Status: ConditionStatus.True, Reason: var reason } ? reason : null;

    private static V1Condition? Condition(EmbeddingJob job, string type) => Conditions.Find(job.Status?.Conditions, type);
}
