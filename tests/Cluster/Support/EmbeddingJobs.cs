using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
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
}
