using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Registry;
using TextOps.Cluster.Tests.Support;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Kubernetes.Core;
using TextOps.Local.Tests.Node.Support;

namespace TextOps.Cluster.Tests;

/// <summary>ModelDeployments on a real API server: Kubernetes' own controllers roll out, the process node and its Services serve, and requests come without a pause.</summary>
public sealed class ModelDeploymentTests(SharedNode node, TrainedModel trained) : IClassFixture<TrainedModel>
{
    private const string Body = """{"text": "lovely brilliant gripping tender wise", "text_len": 37}""";

    private static readonly string Request =
        $"POST /predict HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {BuiltProgram.Token}\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}";

    [Fact]
    public async Task Versions_are_promoted_stopped_and_rolled_back_and_no_request_is_lost()
    {
        var first = await trained.GetAsync(node);
        var installation = await trained.InstallationAsync(node);
        var (kubectl, versions) = (installation.Kubectl, new ModelVersions(installation.Store, "reviews"));
        var deployment = ModelDeployments.Of("reviews", ModelDeployments.Staging, ModelDeployments.Production).With(spec => spec with
        {
            Serving = spec.Serving with { Access = new ServingAccess { BearerTokenSecretRef = new V1KeySelector { Name = "access", Key = "token" } } },
        });

        // Version 1: staging by itself, production when it is approved.
        installation.Apply(deployment);
        var staged = await UntilAsync(installation, "reviews", "staging v000001 Serving stable v000001 rejected -", "production - AwaitingApproval stable - rejected -");
        Assert.Equal(["Ready AwaitingApproval", "AwaitingApproval AwaitingApproval"], staged.TrueConditions());
        Assert.Contains($"set version 1 and digest {first.Digest} in spec.stages[production].approval", staged.Condition(ModelDeploymentConditions.AwaitingApproval)!.Message, StringComparison.Ordinal);
        Assert.Equal(["accurate True", "answers True", "right True"], staged.Stage("staging")!.Gates!.Select(gate => $"{gate.Name} {gate.Passed}").Order(StringComparer.Ordinal));
        Assert.Matches(@"(?m)^NAME +STATUS +STAGING +PRODUCTION +READY +APPROVAL +URL +AGE\nreviews +AwaitingApproval +v000001 +1/1 +v000001 awaits +http://127.0.0.1:\d+ +\d+\w+$", kubectl.Run("get", "modeldeployments", "reviews"));

        installation.Apply(deployment.Approving(first));
        var promoted = await UntilAsync(installation, "reviews", Serving("v000001"));
        Assert.Equal(["Ready Serving"], promoted.TrueConditions());
        Assert.Matches(@"(?m)^reviews +Serving +v000001 +v000001 +3/3 +v000001 +http://127.0.0.1:\d+ +\d+\w+$", kubectl.Run("get", "md", "reviews"));
        Assert.Equal(first.Digest, (await versions.Registry.Aliases.ReadAsync("reviews", "production", TestContext.Current.CancellationToken))!.Digest);
        Assert.Equal("1", kubectl.Run("get", "poddisruptionbudget", "reviews-production", "-o", "jsonpath={.spec.maxUnavailable}").Trim());

        Assert.Equal(HttpStatusCode.Unauthorized, await AskWithoutTokenAsync(promoted));
        await using var load = LoadOn(promoted);

        // Version 2 is worse: its card stops it before there is a pod.
        await versions.AddAsync(first, accuracy: 0.4);
        var stopped = await UntilAsync(installation, "reviews", "staging v000001 GateFailed stable v000001 rejected v000002", "production v000001 Serving stable v000001 rejected -");
        Assert.Contains("gate accurate does not hold: accuracy is 0.4, and must be at least 0.6", stopped.Message(), StringComparison.Ordinal);
        Assert.Equal(["Stalled GateFailed"], stopped.TrueConditions());

        // Version 3 is damaged after staging has it: its pods refuse it, and the stable version comes back by itself.
        var third = await versions.AddAsync(first);
        await UntilAsync(installation, "reviews", "staging v000003 Serving stable v000003 rejected -", "production v000001 AwaitingApproval stable v000001 rejected -");
        ModelVersions.Damage(third);
        installation.Apply(deployment.Approving(third));
        var back = await UntilAsync(installation, "reviews", "staging v000003 Serving stable v000003 rejected -", "production v000001 RolledBack stable v000001 rejected v000003");
        Assert.Equal(["Stalled RolloutFailed", "RolledBack RolledBack"], back.TrueConditions());
        Assert.Matches(@"^production: v000003 failed \(RolloutFailed\): pod reviews-production-\S+ refused the version: .*model\.onnx", back.Message());
        Assert.Equal(("v000003", true), (back.Stage("production")!.Rejected!.Version, back.Stage("production")!.Rejected!.Served));
        installation.Apply(deployment.Approving(first));
        await UntilAsync(installation, "reviews", "staging v000003 Serving stable v000003 rejected -", "production v000001 AwaitingApproval stable v000001 rejected -");

        // Version 4 is good; then its approval is reverted.
        var fourth = await versions.AddAsync(first);
        await UntilAsync(installation, "reviews", "staging v000004 Serving stable v000004 rejected -", "production v000001 AwaitingApproval stable v000001 rejected -");
        installation.Apply(deployment.Approving(fourth));
        await UntilAsync(installation, "reviews", Serving("v000004"));
        installation.Apply(deployment.Approving(first));
        var reverted = await UntilAsync(installation, "reviews", "staging v000004 Serving stable v000004 rejected -", "production v000001 AwaitingApproval stable v000001 rejected -");
        Assert.Equal(["Ready AwaitingApproval", "AwaitingApproval AwaitingApproval"], reverted.TrueConditions());

        await load.StopAsync();
        Assert.Empty(load.Lost);
        Assert.Equal(["v000001", "v000004"], load.Versions);
        var reasons = KubectlTests.EventReasons(await kubectl.WaitForAsync(["describe", "md", "reviews"], text => text.Contains("RolledBack  ", StringComparison.Ordinal), "its events"));
        Assert.Superset(new HashSet<string>(["RollingOut", "Promoted", "AwaitingApproval", "GateFailed", "RolledBack"]), reasons.ToHashSet());

        // All children end with the object; versions and evidence stay.
        kubectl.Run("delete", "md", "reviews");
        await kubectl.WaitForAsync(
            ["get", "deployments,replicasets,services,poddisruptionbudgets,configmaps,jobs,pods", "-l", $"{ApiGroup.KindLabel}=modeldeployment,{ApiGroup.NameLabel}=reviews", "-o", "name"], names => names.Length == 0, "the end of all children");
        Assert.NotNull(await versions.Registry.Evidence.ReadAsync("reviews", 4, "production", fourth.Digest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Two_objects_in_two_namespaces_with_operators_of_their_own_hand_a_version_over_by_its_evidence()
    {
        var model = await trained.GetAsync(node);
        var staging = await trained.InstallationAsync(node);
        await using var production = await Installation.StartAsync(node);
        var versions = new ModelVersions(staging.Store, "handed-over");
        var version = await versions.AddAsync(model);
        var registry = new DeployedModel { Registry = $"file://{staging.Store}", Name = "handed-over", ResolveIntervalSeconds = 5 };
        var after = ModelDeployments.Of("handed-over", ModelDeployments.Production with { Replicas = 1 }).With(spec => spec with { Model = registry });

        production.Apply(after);
        await UntilAsync(production, "handed-over", "production - AwaitingApproval stable - rejected -");
        production.Apply(after.Approving(version));
        var waiting = await UntilAsync(production, "handed-over", "production - AwaitingEvidence stable - rejected -");
        Assert.Empty(await production.ChildrenAsync<V1Deployment>("handed-over"));
        Assert.Contains("staging", waiting.Message(), StringComparison.Ordinal);

        staging.Apply(ModelDeployments.Of("handed-over", ModelDeployments.Staging));
        var there = await UntilAsync(staging, "handed-over", "staging v000001 Serving stable v000001 rejected -");
        Assert.True(File.Exists(there.Stage("staging")!.Evidence!["file://".Length..]));
        var done = await UntilAsync(production, "handed-over", "production v000001 Serving stable v000001 rejected -");
        Assert.Equal(("1/1", "v000001", HttpStatusCode.OK), (done.Status!.Ready, done.Status.Approval, await AskWithoutTokenAsync(done)));
    }

    [Fact]
    public async Task Operators_killed_in_the_middle_of_roll_outs_and_a_lost_status_change_nothing()
    {
        var model = await trained.GetAsync(node);
        await using var installation = await Installation.StartAsync(node);
        var versions = new ModelVersions(installation.Store, "killed");
        var first = await versions.AddAsync(model);
        var deployment = ModelDeployments.Of("killed", ModelDeployments.Staging, ModelDeployments.Production with { Replicas = 1 });
        installation.Apply(deployment);
        await UntilAsync(installation, "killed", "staging v000001 Serving stable v000001 rejected -", "production - AwaitingApproval stable - rejected -");
        installation.Apply(deployment.Approving(first));
        await UntilAsync(installation, "killed", Serving("v000001"));

        // The second version goes through both stages, and at each of its steps the operator dies.
        var second = await versions.AddAsync(model);
        var kills = 0;
        foreach (var step in new[] { "staging Checking", "staging RollingOut", "staging Gating", "production Checking", "production RollingOut", "production Gating" })
        {
            var (stage, reason) = (step.Split(' ')[0], step.Split(' ')[1]);
            var seen = await installation.WaitAsync<ModelDeployment>("killed", step, seen => seen.Stage(stage)!.Reason == reason || seen.Stage(stage)!.Stable == "v000002");
            if (seen.Stage(stage)!.Reason == reason)
            {
                kills++;
                await installation.RestartOperatorAsync();
            }

            if (reason == "Gating")
            {
                await installation.WaitAsync<ModelDeployment>("killed", $"{stage} is stable", seen => seen.Stage(stage)!.Stable == "v000002");
                installation.Apply(deployment.Approving(second));
            }
        }

        var done = await UntilAsync(installation, "killed", Serving("v000002"));
        Assert.InRange(kills, 4, 6);
        Assert.Equal(["Ready Serving"], done.TrueConditions());
        await AssertNothingTwiceAsync(installation);

        // Nothing of the status is needed: the children hold all that there is to know.
        var generations = await GenerationsAsync(installation);
        installation.Operator.Signal("KILL");
        var stored = JsonNode.Parse(installation.Kubectl.Run("get", "md", "killed", "-o", "json"))!;
        stored.AsObject().Remove("status");
        installation.Kubectl.Run(["replace", "--raw", $"/apis/textops.dev/v1alpha1/namespaces/{installation.Space.Name}/modeldeployments/killed/status", "-f", "-"], stored.ToJsonString());
        Assert.Null((await installation.GetAsync<ModelDeployment>("killed")).Status?.Stages);
        await installation.RestartOperatorAsync();

        var again = await UntilAsync(installation, "killed", Serving("v000002"));
        Assert.Equal(Told(done), Told(again));
        Assert.Equal(generations, await GenerationsAsync(installation));
    }

    private static string[] Serving(string version) => [.. new[] { "staging", "production" }.Select(stage => $"{stage} {version} Serving stable {version} rejected -")];

    private static Task<ModelDeployment> UntilAsync(Installation installation, string name, params string[] stages) =>
        installation.WaitAsync<ModelDeployment>(name, string.Join("; ", stages), seen => seen.IsAtRest() && seen.Stages().SequenceEqual(stages));

    private static Load LoadOn(ModelDeployment deployment) =>
        Load.On(new Uri(deployment.Status!.Url!).Port, Request, answer => answer.Header("x-textops-version") ?? answer.Status, kept: 2, fresh: 1);

    private static async Task<HttpStatusCode> AskWithoutTokenAsync(ModelDeployment deployment)
    {
        using var client = new HttpClient();
        using var body = new StringContent(Body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri($"{deployment.Status!.Url}/predict"), body, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>One Job a step, one ReplicaSet a version, all owned.</summary>
    private static async Task AssertNothingTwiceAsync(Installation installation)
    {
        var jobs = (await installation.ChildrenAsync<V1Job>("killed")).Where(job => job.Metadata.Labels![ApiGroup.PartLabel] != "resolve").ToList();
        Assert.All(jobs, job => Assert.Equal(("0", true), (job.Metadata.Labels![ApiGroup.AttemptLabel], job.Metadata.OwnerReferences is [{ Controller: true, Name: "killed" }])));
        Assert.Equal(
            ["production check 2", "production gate 2", "staging check 2", "staging gate 2"],
            jobs.GroupBy(job => $"{job.Metadata.Labels![ApiGroup.StageLabel]} {job.Metadata.Labels[ApiGroup.PartLabel]}").Select(group => $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal));
        var owners = installation.Kubectl.Run("get", "replicasets", "-o", "jsonpath={range .items[*]}{.metadata.ownerReferences[0].name}{\"\\n\"}{end}").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["killed-production", "killed-production", "killed-staging", "killed-staging"], owners.Order(StringComparer.Ordinal));
    }

    private static async Task<IEnumerable<string>> GenerationsAsync(Installation installation) => [.. (await installation.ChildrenAsync<V1Deployment>("killed")).Select(child =>
        string.Create(CultureInfo.InvariantCulture, $"{child.Metadata.Name} {child.Metadata.Generation}")).Order(StringComparer.Ordinal)];

    /// <summary>What the status says, but for times.</summary>
    private static IEnumerable<string> Told(ModelDeployment deployment) =>
    [
        .. deployment.Status!.Stages!.Select(stage => (stage with { LastTransitionTime = null, Gates = null, Rejected = null }).ToString()),
        .. deployment.Status.Stages!.SelectMany(stage => stage.Gates!.Select(gate => gate.ToString())),
        .. deployment.Status.Conditions!.Select(condition => $"{condition.Type} {condition.Status} {condition.Reason} {condition.Message}"),
        $"{deployment.Status.Ready} {deployment.Status.Approval} {deployment.Status.Url}",
    ];
}
