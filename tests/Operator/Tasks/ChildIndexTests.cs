using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.EmbeddingJobs;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;

namespace TextOps.Operator.Tests.Tasks;

public sealed class ChildIndexTests
{
    private static readonly NamespacedName Name = new("default", "tickets");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Children_of_two_kinds_are_kept_apart_though_their_owners_have_one_name()
    {
        await using var cluster = new InMemoryCluster();
        await cluster.CreateAsync(Pod("embeds", "embeddingjob"), Cancel);
        await cluster.CreateAsync(Pod("trains", "trainingrun"), Cancel);
        await cluster.CreateAsync(Pod("anything", kind: null), Cancel);
        await using var host = new ControllerHost(cluster, [], TimeProvider.System, NullLoggerFactory.Instance);
        var index = new ChildIndex<V1Pod>(host.Informer<V1Pod>());
        await host.StartInformersAsync(Cancel);

        Assert.Equal("embeds", Assert.Single(index.Find(OwnerKey.Of<EmbeddingJob>(Name))).Metadata.Name);
        Assert.Equal("trains", Assert.Single(index.Find(new OwnerKey("trainingrun", Name))).Metadata.Name);
    }

    [Fact]
    public void A_pod_wakes_the_object_it_works_for_and_no_other_of_that_name()
    {
        Assert.Equal(Name, ChildTasks.OwnerOf<EmbeddingJob>(Pod("embeds", "embeddingjob")));
        Assert.Null(ChildTasks.OwnerOf<EmbeddingJob>(Pod("trains", "trainingrun")));
        Assert.Null(ChildTasks.OwnerOf<EmbeddingJob>(Pod("anything", kind: null)));
    }

    [Fact]
    public void What_a_task_is_started_with_names_the_kind_of_its_owner()
    {
        var job = Examples.Valid();
        var task = new TaskToStart("plan", 0, "plan", EmbeddingJobDecision.Decide(Examples.Snapshot(job), Examples.Now).Start[0].Document);

        var (configMap, child) = TaskJobBuilder.Build(job, Examples.RunId(), task, job.Spec.Runner, "runner:1", queueName: null);

        Assert.Equal(OwnerKey.Of(job), OwnerKey.OfChild(configMap));
        Assert.Equal(OwnerKey.Of(job), OwnerKey.OfChild(child));
        Assert.Equal("embeddingjob", child.Spec.Template.Metadata!.Labels![ApiGroup.KindLabel]);
    }

    private static V1Pod Pod(string name, string? kind)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { [ApiGroup.NameLabel] = Name.Name };
        if (kind is not null)
        {
            labels[ApiGroup.KindLabel] = kind;
        }

        return new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = Name.Namespace, Labels = labels },
            Spec = new V1PodSpec { Containers = [new V1Container { Name = "runner", Image = "runner:1" }] },
        };
    }
}
