using TextOps.Cluster.Tests.Support;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Kubernetes.Core;

namespace TextOps.Cluster.Tests;

/// <summary>Faults that a cluster and its users have, and what the object says of them.</summary>
public sealed class FaultTests(SharedNode node, SharedInstallation shared) : IClassFixture<SharedInstallation>
{
    private const int Few = 200;
    private const int Many = 120_000;

    [Fact]
    public async Task A_pod_that_somebody_deletes_is_made_again_and_counts_as_no_failure()
    {
        var installation = await shared.StartAsync(node);
        var pod = await installation.ApplyAndCatchAsync(Unforgiving("pod-deleted"));
        await using var journal = new PodJournal(installation.Api, installation.Space.Name);

        installation.Kubectl.Run("delete", "pod", pod.Metadata.Name!);

        var done = await installation.WaitForRestAsync<EmbeddingJob>("pod-deleted");
        Assert.Equal(("Committed", "v000001", Many), (done.Reason(), done.Status!.Version, done.Status.Rows));

        // By the Job's controller where that did not see the pod fail, by the operator where it did.
        Assert.Contains(journal.Entries, entry => PodJournal.PartOf(entry.Object!) == PodJournal.PartOf(pod) && entry.Object!.Metadata.Uid != pod.Metadata.Uid && entry.Object.Status?.Phase == "Succeeded");
    }

    [Fact]
    public async Task A_Job_that_somebody_deletes_is_attempted_again_and_counts_as_no_failure()
    {
        var installation = await shared.StartAsync(node);
        var pod = await installation.ApplyAndCatchAsync(Unforgiving("job-deleted"));

        installation.Kubectl.Run("delete", "job", pod.Metadata.Labels![V1Job.NameLabel]);

        var done = await installation.WaitForRestAsync<EmbeddingJob>("job-deleted");
        Assert.Equal(("Committed", "v000001", Many), (done.Reason(), done.Status!.Version, done.Status.Rows));
        Assert.Contains("s00000-a1", await installation.AttemptsAsync("job-deleted"));
    }

    [Fact]
    public async Task A_pod_that_fits_no_node_is_shown_and_an_edit_counts_for_the_pods_that_come_after_it()
    {
        var installation = await shared.StartAsync(node);
        var job = EmbeddingJobs.Over(node.Corpus(Few), "no-node");
        installation.Apply(job.With(spec => spec with { Runner = spec.Runner with { NodeSelector = new Dictionary<string, string> { ["pool"] = "none-has-it" } } }));
        var shown = await installation.WaitAsync<EmbeddingJob>("no-node", "it says that the pod does not fit", seen => seen.Message().Contains("Unschedulable", StringComparison.Ordinal));
        Assert.Equal(("Running", null), (shown.Reason(), shown.Stalled()));
        Assert.Contains("nodes are available", shown.Message(), StringComparison.Ordinal);

        installation.Apply(job);
        var edited = await installation.WaitAsync<EmbeddingJob>("no-node", "the edit was looked at", seen => seen.Status!.ObservedGeneration == seen.Metadata.Generation);
        Assert.Equal(shown.Message(), edited.Message());
        installation.Kubectl.Run("delete", "job", Assert.Single(await installation.ChildrenAsync<V1Job>("no-node")).Metadata.Name!);

        var done = await installation.WaitForRestAsync<EmbeddingJob>("no-node");
        Assert.Equal(("Committed", shown.Status!.Run!.Id), (done.Reason(), done.Status!.Run!.Id));
    }

    [Fact]
    public async Task A_Job_that_gets_no_pod_is_shown()
    {
        var installation = await shared.StartAsync(node);
        installation.Apply(EmbeddingJobs.Over(node.Corpus(Few), "no-pod").With(spec => spec with { Runner = spec.Runner with { PriorityClassName = "none-has-it" } }));

        var shown = await installation.WaitAsync<EmbeddingJob>("no-pod", "it says that there is no pod", seen => seen.Message().Contains("has not made a pod", StringComparison.Ordinal));

        Assert.Equal(("Running", null), (shown.Reason(), shown.Stalled()));
        var job = Assert.Single(await installation.ChildrenAsync<V1Job>("no-pod")).Metadata.Name;
        Assert.Contains($"kubectl describe job {job}", shown.Message(), StringComparison.Ordinal);
        Assert.Contains("no PriorityClass with name none-has-it was found", installation.Kubectl.Run("describe", "job", job!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_the_API_server_refuses_stalls_the_object_with_the_servers_words_until_the_spec_is_right()
    {
        var installation = await shared.StartAsync(node);
        var job = EmbeddingJobs.Over(node.Corpus(Few), "refused");

        var stalled = await installation.ApplyToEndAsync(job.With(spec => spec with { Runner = spec.Runner with { PodLabels = new Dictionary<string, string> { ["team"] = "not a label!" } } }));
        Assert.Equal(("Failed", "ChildRejected"), (stalled.Reason(), stalled.Stalled()));
        Assert.Contains("spec.template.labels: Invalid value: \"not a label!\"", stalled.Message(), StringComparison.Ordinal);
        Assert.Empty(await installation.ChildrenAsync<V1Job>("refused"));
        Assert.Contains("ChildRejected", await Events(installation, "refused"), StringComparison.Ordinal);

        var done = await installation.ApplyToEndAsync(job);
        Assert.Equal(("Committed", null, "v000001"), (done.Reason(), done.Stalled(), done.Status!.Version));
    }

    [Fact]
    public async Task An_image_that_the_operator_does_not_allow_is_refused_with_field_and_prefixes()
    {
        var installation = await shared.StartAsync(node);
        var job = EmbeddingJobs.Over(node.Corpus(Few), "image");

        var stalled = await installation.ApplyToEndAsync(job.With(spec => spec with { Runner = spec.Runner with { Image = "registry.example/miner:1" } }));

        Assert.Equal(("Failed", "InvalidSpec"), (stalled.Reason(), stalled.Stalled()));
        Assert.StartsWith("spec.runner.image (registry.example/miner:1) is not below an allowed prefix (ghcr.io/textops/runner)", stalled.Message(), StringComparison.Ordinal);
        Assert.Contains("--allowed-images", stalled.Message(), StringComparison.Ordinal);
        Assert.Empty(await installation.ChildrenAsync<V1Job>("image"));
    }

    [Fact]
    public async Task A_missing_input_stalls_the_object_at_once_with_its_name()
    {
        var installation = await shared.StartAsync(node);

        var stalled = await installation.ApplyToEndAsync(EmbeddingJobs.Over("/nowhere/tickets.txt", "missing"));

        Assert.Equal(("Failed", "InputRejected"), (stalled.Reason(), stalled.Stalled()));
        Assert.Contains("/nowhere/tickets.txt", stalled.Message(), StringComparison.Ordinal);
        Assert.Equal(["plan-a0"], await installation.AttemptsAsync("missing"));
        Assert.Contains("InputRejected", await Events(installation, "missing"), StringComparison.Ordinal);
    }

    /// <summary>A run that a single failure would end.</summary>
    private EmbeddingJob Unforgiving(string name) => EmbeddingJobs.Over(node.Corpus(Many), name).With(spec => spec with { MaxRetriesPerShard = 0 });

    private static Task<string> Events(Installation installation, string name) => installation.Kubectl.WaitForAsync(
        ["get", "events", "--field-selector", $"involvedObject.kind=EmbeddingJob,involvedObject.name={name}", "-o", "custom-columns=R:.reason,M:.message", "--sort-by=.lastTimestamp"],
        text => text.Split('\n').Length > 3, "events");
}
