using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.TrainingRuns;
using TextOps.Local.Display;
using static TextOps.Local.Tests.Display.Deployments;

namespace TextOps.Local.Tests.Display;

public sealed class ModelDeploymentViewTests
{
    [Theory]
    [InlineData("nothing is known yet", null, null, false, false, false)]
    [InlineData("its version is looked up", "Resolving", "AwaitingApproval", false, true, false)]
    [InlineData("pods come up", "RollingOut", "AwaitingApproval", false, false, false)]
    [InlineData("gates are judged", "Gating", "AwaitingApproval", false, false, false)]
    [InlineData("production waits for a person", "Serving", "AwaitingApproval", true, false, true)]
    [InlineData("production waits for evidence of elsewhere", "Serving", "AwaitingEvidence", false, true, true)]
    [InlineData("all serves", "Serving", "Serving", true, false, true)]
    [InlineData("pods are restarted", "Unavailable", "Serving", false, false, true)]
    [InlineData("a version failed", "GateFailed", "AwaitingApproval", true, false, false)]
    [InlineData("a version failed, the one before serves", "RolledBack", "Serving", true, false, true)]
    public void It_is_over_when_every_stage_waits_for_nothing_but_a_person(string narrative, string? staging, string? production, bool over, bool waiting, bool serving)
    {
        var stages = new[] { ("staging", staging), ("production", production) }
            .Where(stage => stage.Item2 is not null)
            .Select(stage => Stage(stage.Item1, stage.Item2!, stage.Item2 is "Serving" or "RolledBack" ? "v000001" : null))
            .ToArray();
        var view = new ModelDeploymentView(stages.Length == 0 ? Valid() : Valid().Going(stages), File: null);
        Assert.True((over, waiting, serving) == (view.IsOver, view.IsWaiting, view.IsServing), narrative);
    }

    [Fact]
    public void A_status_of_an_older_spec_or_retry_says_nothing()
    {
        var settled = Valid().Going(Stage("staging", "Serving", "v000001"), Stage("production", "Serving", "v000001"));
        Assert.True(new ModelDeploymentView(settled, File: null).IsOver);
        Assert.False(new ModelDeploymentView(settled with { Metadata = settled.Metadata with { Generation = 2 } }, File: null).IsOver);
        var retried = settled with { Metadata = settled.Metadata with { Annotations = new Dictionary<string, string> { [ApiGroup.RetryAnnotation] = "again" } } };
        Assert.False(new ModelDeploymentView(retried, File: null).IsOver);
        Assert.True(new ModelDeploymentView(retried with { Status = retried.Status! with { LastHandledRetry = "again" } }, File: null).IsOver);
    }

    [Fact]
    public void Each_stage_has_a_line_with_its_versions_and_its_gates()
    {
        var gates = new[]
        {
            new GateStatus { Name = "good", Metric = "f1_macro", Value = "0.7", Bound = "at least 0.8", Passed = false },
            new GateStatus { Name = "fast", Metric = "latency_ms_p95", Value = "3", Bound = "at most 50", Passed = true },
        };
        using var text = new StringWriter { NewLine = "\n" };
        using (var display = RunDisplay.Plain(text, TimeProvider.System))
        {
            display.Show([new ModelDeploymentView(Valid(), File: null)]);
            display.Show([new ModelDeploymentView(Valid().Going(Stage("staging", "RollingOut", target: "v000001") with { Message = "0 of 1 pods" }, Stage("production", "AwaitingApproval")), File: null)]);
            var failed = Valid().Going(Stage("staging", "RolledBack", "v000001", "v000002") with { Gates = gates }, Stage("production", "AwaitingApproval"));
            display.Show([new ModelDeploymentView(failed, File: null)]);
            display.Show([new ModelDeploymentView(failed, File: null)]);
        }

        Assert.Equal(
            """
            book-reviews/staging  Pending
            book-reviews/production  Pending
            book-reviews/staging  RollingOut  -> v000001  0 of 1 pods
            book-reviews/production  AwaitingApproval
            book-reviews/staging  RolledBack  v000001 -> v000002  gates 1/2 (good: f1_macro 0.7, wanted at least 0.8)

            """,
            text.ToString());
    }

    [Fact]
    public void The_end_says_where_it_is_asked_and_how_what_waits_is_promoted()
    {
        var waits = Valid().Going(Stage("staging", "Serving", "v000002"), Stage("production", "AwaitingApproval"));
        Assert.Equal(
            """
            book-reviews:
              STAGE        VERSION   READY   STATUS             URL
              staging      v000002   1/1     Serving            http://127.0.0.1:8080
              production   -         0/1     AwaitingApproval   -
              v000002 passed staging and awaits approval for production. To promote it, in another terminal:
                bin/textops promote book-reviews --version 2 --file d.yaml --store s
              To ask it:
                bin/textops predict book-reviews/staging "a text" --store s
            """,
            string.Join('\n', new ModelDeploymentView(waits, "d.yaml").Outcome("s")));

        var second = waits with
        {
            Spec = waits.Spec with
            {
                Model = waits.Spec.Model with { Registry = "file:///registry" },
                Stages = [waits.Spec.Stages[0], waits.Spec.Stages[1] with { Name = "live", Approval = new Approval { Version = 1, Digest = "sha256:1" } }],
            },
            Status = waits.Status! with { Stages = [waits.Status.Stages![0], Stage("live", "Serving", "v000001")] },
        };
        Assert.Equal(
            [
                "  v000002 passed staging and awaits approval for live, which has v000001. To promote it, in another terminal:",
                "    bin/textops promote book-reviews --version 2 --file d.yaml --stage live",
                "  To ask it:",
                "    bin/textops predict book-reviews/live \"a text\"",
            ],
            new ModelDeploymentView(second, "d.yaml").Outcome(LocalStore.DefaultFolder).Skip(4));
    }
}
