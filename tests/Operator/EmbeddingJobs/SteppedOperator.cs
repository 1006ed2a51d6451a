using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.EmbeddingJobs;
using TextOps.Operator.Runs;
using TextOps.Operator.Tests.Support;

namespace TextOps.Operator.Tests.EmbeddingJobs;

/// <summary>An operator that keeps EmbeddingJobs, pass by pass.</summary>
internal sealed class SteppedOperator : SteppedOperator<EmbeddingJob, EmbeddingJobSnapshot>
{
    private SteppedOperator(DateTimeOffset? start)
        : base(start)
    {
    }

    public static async Task<SteppedOperator> StartAsync(OperatorOptions? options = null, DateTimeOffset? start = null, HttpMessageHandler? pods = null)
    {
        var stepped = new SteppedOperator(start);
        await stepped.StartOperatorAsync(options, pods);
        return stepped;
    }

    public Task<EmbeddingJob> ApplyAsync(EmbeddingJobSpec spec, string name = "tickets") =>
        Cluster.CreateAsync(new EmbeddingJob { Metadata = new V1ObjectMeta { Name = name, Namespace = "default" }, Spec = spec }, Cancel);

    /// <summary>Git changes the spec.</summary>
    public async Task EditAsync(Func<EmbeddingJobSpec, EmbeddingJobSpec> edit)
    {
        var job = await ObjectAsync();
        await Cluster.UpdateAsync(job with { Spec = edit(job.Spec) }, Cancel);
    }

    protected override IRunKind<EmbeddingJob, EmbeddingJobSnapshot> KindOf(ControllerHost host, OperatorOptions options) => new EmbeddingJobKind(options);
}
