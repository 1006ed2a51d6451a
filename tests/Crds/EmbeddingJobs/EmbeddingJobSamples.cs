using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;

namespace TextOps.Crds.Tests.EmbeddingJobs;

/// <summary>Objects for tests, to be varied by <c>with</c>.</summary>
internal static class EmbeddingJobSamples
{
    public static EmbeddingJobSpec Spec() => new()
    {
        Source = new TextSource { Uri = "file:///data/tickets.jsonl" },
        Model = new EmbeddingModel { Uri = "file:///models/minilm" },
    };

    public static EmbeddingJob Valid() => new() { Metadata = new V1ObjectMeta { Name = "tickets", Namespace = "default" }, Spec = Spec() };
}
