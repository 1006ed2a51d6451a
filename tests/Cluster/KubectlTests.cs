using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Cluster.Tests.Support;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Runs;
using TextOps.Kubernetes.Core;

namespace TextOps.Cluster.Tests;

/// <summary>What a user sees and types.</summary>
public sealed partial class KubectlTests(SharedNode node, SharedInstallation shared) : IClassFixture<SharedInstallation>
{
    private const int Few = 200;
    private const int Some = 30_000;
    private const int Many = 120_000;

    [Fact]
    public async Task Tables_have_the_columns_that_matter_by_every_name_of_the_kind()
    {
        var installation = await shared.StartAsync(node);
        var (kubectl, name) = (installation.Kubectl, "tables");
        installation.Apply(EmbeddingJobs.Over(node.Corpus(Few), name));
        Assert.Equal("embeddingjob.textops.dev/tables condition met\n", kubectl.Run("wait", $"embeddingjob/{name}", "--for=condition=Ready", "--timeout=60s"));

        var row = @"(?m)^NAME +STATUS +PROGRESS +CHUNKS +VERSION +AGE\ntables +Committed +100% +200 +v000001 +\d+s$";
        Assert.Matches(row, kubectl.Run("get", "embeddingjobs", name));
        Assert.Matches(row, kubectl.Run("get", "ej", name));
        Assert.Matches(@"(?m)^embeddingjob.textops.dev/tables +Committed +100% +200 +v000001 +\d+s$", kubectl.Run("get", "textops"));
        Assert.Matches(
            @"^NAME +STATUS +PROGRESS +CHUNKS +VERSION +REJECTED +RATE +OUTPUT +AGE\ntables +Committed +100% +200 +v000001 +0 +\d+ chunks/s +file:///.+/v000001 +\d+s\n$",
            kubectl.Run("get", "ej", name, "-o", "wide"));
    }

    [Fact]
    public async Task Describe_tells_what_happened_in_order()
    {
        var installation = await shared.StartAsync(node);
        var job = EmbeddingJobs.Over(node.Corpus(Many), "described");
        await installation.ApplyAndCatchAsync(job);
        installation.Apply(job.With(spec => spec with { Suspend = true }));

        // Events have whole seconds, and kubectl sorts by them.
        await installation.WaitAsync<EmbeddingJob>("described", "it is suspended for a second", seen =>
            seen.Reason() == "Suspended" && Kubernetes.Runtime.Conditions.Find(seen.Status!.Conditions, RunConditions.Reconciling)!.LastTransitionTime.AddSeconds(1) < TimeProvider.System.GetUtcNow());
        await installation.ApplyToEndAsync(job);

        var text = await installation.Kubectl.WaitForAsync(["describe", "ej", "described"], text => text.Contains("Committed  ", StringComparison.Ordinal), "its events");

        Assert.Equal(["RunStarted", "Suspended", "Resumed", "Committed"], EventReasons(text));
        Assert.DoesNotMatch(@"\d{2}:\d{2}:\d{2}\.\d+Z", text);
    }

    [Fact]
    public async Task Watching_shows_progress_that_only_grows()
    {
        var installation = await shared.StartAsync(node);
        installation.Apply(EmbeddingJobs.Over(node.Corpus(Some), "watched").With(spec => spec with { Shards = 3 }));
        using var watch = installation.Kubectl.Start(["get", "ej", "watched", "-w"]);

        watch.WaitUntil(() => watch.Output.Contains("Committed", StringComparison.Ordinal), "the end of the run");

        var shown = Percentages().Matches(watch.Output).Select(match => int.Parse(match.Groups["percent"].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(shown.Order(), shown);
        Assert.Contains(shown, percent => percent is > 0 and < 100);
        Assert.Equal(100, shown[^1]);
    }

    [Fact]
    public async Task An_annotation_runs_it_again()
    {
        var installation = await shared.StartAsync(node);
        await installation.ApplyToEndAsync(EmbeddingJobs.Over(node.Corpus(Few), "rerun"));

        installation.Kubectl.Run("annotate", "ej", "rerun", "textops.dev/rerun=2026-11-21T17:00:00+00:00");

        var again = await installation.WaitAsync<EmbeddingJob>("rerun", "it ran again", job => job.IsAtRest() && job.Status!.Runs!.Count == 2);
        Assert.Equal(("UpToDate", "v000001"), (again.Reason(), again.Status!.Version));
        Assert.Equal(("rerun:2026-11-21T17:00:00+00:00", "2026-11-21T17:00:00+00:00"), (again.Status.Run!.Trigger, again.Status.LastHandledRerun));
    }

    [Theory]
    [InlineData("apply --server-side --field-manager=argocd -f -")]
    [InlineData("apply -f -")]
    public async Task Git_is_synced_while_the_operator_writes_and_neither_touches_the_others_fields(string command)
    {
        var installation = await shared.StartAsync(node);
        var name = command.Contains("server-side", StringComparison.Ordinal) ? "synced-by-server" : "synced-by-client";
        var job = EmbeddingJobs.Over(node.Corpus(Some), name).With(spec => spec with { Shards = 3 });
        var syncs = 0;
        EmbeddingJob seen;
        do
        {
            // Every sync brings an edit that steers and starts nothing, and the operator notes each in the status.
            installation.Kubectl.Run(command.Split(' '), job.With(spec => spec with { RunHistoryLimit = 1 + (syncs++ % 50) }).ToManifest());
            seen = await installation.WaitAsync<EmbeddingJob>(name, "the sync was looked at", synced => synced.Status?.ObservedGeneration == synced.Metadata.Generation);
        }
        while (!seen.IsAtRest());

        Assert.True(syncs > 2, $"{syncs} syncs");
        Assert.Equal(("Committed", "v000001"), (seen.Reason(), seen.Status!.Version));
        var managers = JsonNode.Parse(installation.Kubectl.Run("get", "ej", name, "-o", "json", "--show-managed-fields"))!["metadata"]!["managedFields"]!.AsArray();
        var ours = Assert.Single(managers, entry => entry!["manager"]!.GetValue<string>() == "textops-operator")!;
        Assert.Equal("status", ours["subresource"]!.GetValue<string>());
        Assert.Equal(["f:status"], ours["fieldsV1"]!.AsObject().Select(field => field.Key));
        Assert.All(managers.Where(entry => entry != ours), entry => Assert.False(entry!["fieldsV1"]!.AsObject().ContainsKey("f:status"), entry.ToJsonString()));
    }

    [Fact]
    public async Task Delete_ends_the_pods_with_grace_and_leaves_committed_versions()
    {
        var installation = await shared.StartAsync(node);
        var job = EmbeddingJobs.Over(node.Corpus(Few), "deleted");
        var first = await installation.ApplyToEndAsync(job);
        var pod = await installation.ApplyAndCatchAsync(job.With(spec => spec with { Source = spec.Source with { Uri = $"file://{node.Corpus(Many)}" } }));
        await using var journal = new PodJournal(installation.Api, installation.Space.Name);

        installation.Kubectl.Run("delete", "ej", "deleted");

        await installation.WaitForAsync<V1Pod>("deleted", "its pods are gone", pods => pods.Count == 0);
        Assert.Contains(journal.Entries, entry => entry.Object!.Metadata.Uid == pod.Metadata.Uid && entry.Object is { Status.Phase: "Running", Metadata.DeletionGracePeriodSeconds: 30 });
        Assert.True(File.Exists(Path.Combine(first.Status!.Output!["file://".Length..], "manifest.json")), first.Status.Output);
    }

    /// <summary>The reasons of the events that <c>kubectl describe</c> lists.</summary>
    internal static IReadOnlyList<string> EventReasons(string description) =>
    [
        .. description[description.IndexOf("\nEvents:", StringComparison.Ordinal)..].Split('\n').Skip(4)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 3).Select(words => words[1]),
    ];

    [GeneratedRegex(@" (?<percent>\d+)% ", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Percentages();
}
