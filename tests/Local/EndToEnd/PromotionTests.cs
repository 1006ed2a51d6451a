using System.Text.Json.Nodes;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;

namespace TextOps.Local.Tests.EndToEnd;

/// <summary>The whole promotion as a person plays it on one machine: train, stage, approve by file edit, ask, train again, approve, revert.</summary>
public sealed class PromotionTests : IDisposable
{
    private const string Training = """
        apiVersion: textops.dev/v1alpha1
        kind: TrainingRun
        metadata: {name: tickets}
        spec:
          dataset:
            source: {uri: "file://./tickets.jsonl"}
            split: {testFraction: "0.25", validationFraction: "0"}
          features: [{name: words, tfidf: {}}]
          candidates: [{name: linear, logisticRegression: {c: "1"}}]
          search: {objective: {metric: accuracy}}
          register: {name: tickets, alias: staging}

        """;

    private const string Deployment = """
        apiVersion: textops.dev/v1alpha1
        kind: ModelDeployment
        metadata: {name: tickets}
        spec:
          model: {name: tickets}
          stages:
          - name: staging
            follow: staging # by itself
            gates:
            - {name: good, metric: accuracy, atLeast: "0.9"}
            - {name: smoke, metric: smoke_pass_rate, atLeast: "1"}
            smoke:
            - {name: refund, text: refund my invoice please, label: billing}
          - name: production
            after: staging
            # what the pull request changes
            approval: {}
            alias: production
          serving: {drainSeconds: 0}

        """;

    private readonly Workplace place = new();
    private int seen;

    public PromotionTests()
    {
        var labels = new[] { ("billing", "invoice refund payment"), ("account", "password login reset") };
        place.WriteLines("tickets.jsonl", Enumerable.Range(0, 80).Select(row => new JsonObject
        {
            ["text"] = $"{labels[row % 2].Item2.Split(' ')[row / 2 % 3]} {labels[row % 2].Item2.Split(' ')[row / 6 % 3]} number {row} please",
            ["label"] = labels[row % 2].Item1,
        }.ToJsonString()));
        place.Write("training.yaml", Training);
        place.Write("deployment.yaml", Deployment);
    }

    public void Dispose() => place.Dispose();

    [Fact]
    public async Task A_version_goes_from_training_to_production_and_back_by_edits_of_files()
    {
        using var run = TextOpsProcess.Start(place.Path, "run", "-f", "training.yaml", "-f", "deployment.yaml", "--store", "store");
        Until(run, "  staging      v000001   1/1     Serving            http://127.0.0.1:", "bin/textops promote tickets --version 1 --file deployment.yaml --store store", "serving until Ctrl-C");
        Assert.Contains("billing", Predict("tickets/staging").Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal("textops: ModelDeployment default/tickets serves nothing in stage production now; these stages serve: staging\n", Predict("tickets/production").Exits(2).Error);

        Promote("1");
        Until(run, "ModelDeployment default/tickets is applied as deployment.yaml has it now", "  production   v000001   1/1     Serving   http://127.0.0.1:");
        Assert.Contains("\"version\":\"v000001\"", Predict("tickets", "-o", "json").Exits(0).Output, StringComparison.Ordinal);

        // The second version comes by a change of the other manifest.
        place.Write("training.yaml", Training.Replace("c: \"1\"", "c: \"2\"", StringComparison.Ordinal));
        Until(run, "  staging      v000002   1/1     Serving ", "v000002 passed staging and awaits approval for production, which has v000001.");
        Assert.Contains("\"version\":\"v000001\"", Predict("tickets", "-o", "json").Exits(0).Output, StringComparison.Ordinal);

        var before = await File.ReadAllTextAsync(place.File("deployment.yaml"), TestContext.Current.CancellationToken);
        Promote("staging");
        Until(run, "  production   v000002   1/1     Serving ");
        Assert.Contains("\"version\":\"v000002\"", Predict("tickets", "-o", "json").Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await new ModelRegistry(new FileObjectStore(place.Store)).ResolveAsync("tickets", "production", TestContext.Current.CancellationToken)).Card.Version);

        // A manifest that is wrong changes nothing; the reverted one does.
        place.Write("deployment.yaml", before.Replace("after: staging", "afte: staging", StringComparison.Ordinal));
        run.WaitUntil(() => run.Error.Contains("textops: not applied: deployment.yaml:", StringComparison.Ordinal), "the error");
        place.Write("deployment.yaml", before);
        Until(run, "  production   v000001   1/1     AwaitingApproval ");
        Assert.Contains("\"version\":\"v000001\"", Predict("tickets", "-o", "json").Exits(0).Output, StringComparison.Ordinal);

        run.Signal("INT");
        var ended = run.Wait().Exits(0);
        Assert.EndsWith("textops: stopped; the same command serves again\n", ended.Error, StringComparison.Ordinal);
        Assert.Empty(run.Runners());
        Assert.Contains("nothing listens at http://127.0.0.1:", Predict("tickets").Exits(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_that_fails_its_gate_where_nothing_serves_ends_the_command()
    {
        place.Write("deployment.yaml", Deployment.Replace("label: billing", "label: account", StringComparison.Ordinal));
        var ended = place.TextOps("run", "-f", ".", "--store", "store", "--exit-when-settled").Exits(1);
        Assert.Contains("textops: tickets: GateFailed: ", ended.Error, StringComparison.Ordinal);
        Assert.Matches("(?m)^tickets +GateFailed ", ended.Output);
    }

    private void Promote(string version) => place.TextOps("promote", "tickets", "--version", version, "--file", "deployment.yaml", "--store", "store").Exits(0);

    private TextOpsResult Predict(string name, params string[] options) => place.TextOps(["predict", name, "refund my invoice please", "--store", "store", .. options]);

    /// <summary>Waits until all of it was said, one after the other, since the last time.</summary>
    private void Until(TextOpsProcess run, params string[] said)
    {
        foreach (var line in said)
        {
            run.WaitUntil(() => run.Output.IndexOf(line, seen, StringComparison.Ordinal) >= 0, line);
            seen = run.Output.IndexOf(line, seen, StringComparison.Ordinal);
        }
    }
}
