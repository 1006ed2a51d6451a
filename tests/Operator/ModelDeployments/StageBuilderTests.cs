using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Core;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Operator.ModelDeployments;
using TextOps.Operator.Tasks;
using TextOps.Operator.Tests.EmbeddingJobs;
using static TextOps.Operator.Tests.ModelDeployments.Reviews;

namespace TextOps.Operator.Tests.ModelDeployments;

public sealed class StageBuilderTests
{
    private static readonly StageVersion Version = new("v000003", FakeRegistry.Digest(3));

    [Fact]
    public void A_Deployment_serves_a_version_with_probes_drain_and_what_the_restricted_level_asks()
    {
        var spec = Alone with
        {
            Runner = new RunnerSpec { TerminationGracePeriodSeconds = 50, Env = [new V1EnvVar { Name = "AWS_REGION", Value = "eu-west-1" }, new V1EnvVar { Name = "POD_IP", Value = "1.2.3.4" }], PodLabels = new Dictionary<string, string> { ["team"] = "a", [ApiGroup.StageLabel] = "x" } },
            Serving = new Serving { DrainSeconds = 15, Access = new ServingAccess { BearerTokenSecretRef = new V1KeySelector { Name = "access", Key = "token" } } },
        };
        var deployment = Build(spec);
        var pod = deployment.Spec.Template.Spec;
        var container = Assert.Single(pod.Containers);

        Assert.Equal(("reviews-staging", 1, 600, 2), (deployment.Metadata.Name, deployment.Spec.Replicas, deployment.Spec.ProgressDeadlineSeconds, deployment.Spec.RevisionHistoryLimit));
        Assert.Equal(["serve", "--task", "/etc/textops/task.json", "--result", "/dev/termination-log", "--scratch", "/tmp"], container.Args);
        Assert.Equal(["POD_IP", "POD_NAME", "TEXTOPS_BEARER_TOKEN", "AWS_REGION"], container.Env!.Select(variable => variable.Name));
        Assert.Equal("access", container.Env![2].ValueFrom!.SecretKeyRef!.Name);
        Assert.Equal(["http 8080", "metrics 9090"], container.Ports!.Select(port => $"{port.Name} {port.ContainerPort}"));
        Assert.Equal(("/healthz", "/healthz", "/readyz"), (container.StartupProbe!.HttpGet!.Path, container.LivenessProbe!.HttpGet!.Path, container.ReadinessProbe!.HttpGet!.Path));
        Assert.Equal((65L, "Always", true, "RuntimeDefault"), (pod.TerminationGracePeriodSeconds!.Value, pod.RestartPolicy, pod.SecurityContext!.RunAsNonRoot, pod.SecurityContext.SeccompProfile!.Type));
        Assert.Equal((true, false, "ALL"), (container.SecurityContext!.ReadOnlyRootFilesystem, container.SecurityContext.AllowPrivilegeEscalation, container.SecurityContext.Capabilities!.Drop![0]));
        Assert.Equal("runner:1", container.Image);
        Assert.Equal(("a", "staging", "v000003"), (deployment.Spec.Template.Metadata!.Labels!["team"], deployment.Spec.Template.Metadata.Labels[ApiGroup.StageLabel], deployment.Spec.Template.Metadata.Labels[ApiGroup.VersionLabel]));
        Assert.All(deployment.Spec.Selector.MatchLabels!, label => Assert.Equal(label.Value, deployment.Spec.Template.Metadata!.Labels![label.Key]));
        Assert.Equal([ApiGroup.KindLabel, ApiGroup.NameLabel, ApiGroup.StageLabel], deployment.Spec.Selector.MatchLabels!.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(RolloutType.RollingUpdate, null, "RollingUpdate 1/0")]
    [InlineData(RolloutType.RollingUpdate, "nvidia.com/gpu", "RollingUpdate 0/1")]
    [InlineData(RolloutType.RollingUpdate, "memory", "RollingUpdate 1/0")]
    [InlineData(RolloutType.Recreate, "nvidia.com/gpu", "Recreate")]
    public void Pods_with_a_device_give_it_back_before_the_next_one_asks_for_it(RolloutType type, string? resource, string expected)
    {
        var runner = resource is null ? new RunnerSpec() : new RunnerSpec { Resources = new V1ResourceRequirements { Limits = new Dictionary<string, Quantity> { [resource] = new("1") } } };
        var strategy = Build(Alone with { Runner = runner, Stages = [Staging with { Strategy = new RolloutStrategy { Type = type } }] }).Spec.Strategy!;

        Assert.Equal(expected, strategy.RollingUpdate is { } bounds ? $"{strategy.Type} {bounds.MaxSurge.Number}/{bounds.MaxUnavailable.Number}" : strategy.Type);
    }

    [Fact]
    public void Tasks_get_no_devices_and_only_the_gate_gets_the_token()
    {
        var quantities = new Dictionary<string, Quantity> { ["nvidia.com/gpu"] = new("1"), ["memory"] = new("4Gi") };
        var spec = Alone with
        {
            Runner = new RunnerSpec { Resources = new V1ResourceRequirements { Limits = quantities, Requests = quantities }, Env = [new V1EnvVar { Name = "A", Value = "1" }] },
            Serving = new Serving { Access = new ServingAccess { BearerTokenSecretRef = new V1KeySelector { Name = "access", Key = "token" } } },
        };

        var check = StageBuilder.TaskRunner(spec, TaskParts.Check);
        var gate = StageBuilder.TaskRunner(spec, TaskParts.Gate);

        Assert.Equal(["memory"], check.Resources!.Limits!.Keys);
        Assert.Equal(["memory"], gate.Resources!.Requests!.Keys);
        Assert.Equal(["A"], check.Env!.Select(variable => variable.Name));
        Assert.Equal(["TEXTOPS_BEARER_TOKEN", "A"], gate.Env!.Select(variable => variable.Name));
        Assert.Equal(["memory", "nvidia.com/gpu"], Build(spec).Spec.Template.Spec.Containers[0].Resources!.Limits!.Keys.Order());
    }

    [Fact]
    public void The_task_of_a_pod_holds_all_that_it_needs_and_nothing_is_left_to_default()
    {
        var spec = Alone with { Monitoring = new Monitoring { PredictionLog = new PredictionLog() } };
        var task = new StageBuilder(Snapshot(spec), spec.Stages[0]).Task(Version);
        var document = JsonSerializer.Deserialize<ServeTask>(task.Data!["task.json"], Json.Strict)!;

        Assert.Equal(("file:///store", "reviews", "staging", 3, Version.Digest), (document.Output.Uri, document.Output.Name, document.Stage, document.Version, document.Digest));
        Assert.Equal("file:///store", document.PredictionLog!.Uri);
        Assert.True(task.Immutable);
        Assert.Matches("^reviews-[0-9a-f]{12}$", task.Metadata.Name);
    }

    [Fact]
    public async Task Names_and_labels_fit_where_object_and_stage_have_the_longest_names()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        var name = new string('o', 40);
        await plane.ApplyAsync(Alone with { Stages = [Staging with { Name = new string('s', Crds.ModelDeployments.Stage.MaxName) }] }, name);

        var deployment = await plane.SettleAsync(name: name);

        Assert.Equal("Serving", Ready(deployment));
        string[] names = [.. (await plane.ListAsync<V1Deployment>()).Select(child => child.Metadata.Name!), .. (await plane.ListAsync<V1Service>()).Select(child => child.Metadata.Name!), .. (await plane.ListAsync<V1Job>()).Select(child => child.Metadata.Name!)];
        Assert.All(names, child => Assert.InRange(child.Length, 1, 63));
        Assert.All((await plane.Deployments.ServingAsync()).SelectMany(pod => pod.Metadata.Labels!.Values), label => Assert.InRange(label.Length, 1, 63));
    }

    [Fact]
    public async Task The_Service_of_a_stage_reaches_no_pod_of_a_task()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        plane.Registry.Register(1);
        await plane.ApplyAsync(Alone);
        await plane.SettleAsync();

        var selector = Assert.Single(await plane.ListAsync<V1Service>()).Spec.Selector!;
        var reached = (await plane.ListAsync<V1Pod>()).Where(pod => selector.All(label => pod.Metadata.Labels!.GetValueOrDefault(label.Key) == label.Value));
        Assert.Equal((await plane.Deployments.ServingAsync()).Select(pod => pod.Metadata.Name), reached.Select(pod => pod.Metadata.Name));
        Assert.Equal(["check staging", "gate staging", "resolve "], (await plane.ListAsync<V1Job>()).Select(job => $"{job.Metadata.Labels![ApiGroup.PartLabel]} {job.Metadata.Labels!.GetValueOrDefault(ApiGroup.StageLabel)}").Order());
    }

    [Fact]
    public async Task A_budget_is_written_in_the_form_that_an_older_server_knows()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        var forms = new List<string>();
        plane.Client.RefusePatch = (type, _) =>
        {
            if (type.Kind == "PodDisruptionBudget")
            {
                forms.Add(type.GroupVersion);
            }

            return type.GroupVersion == "policy/v1" ? new KubernetesException(404, "NotFound", "the server could not find the requested resource") : null;
        };
        plane.Registry.Register(1);
        await plane.ApplyAsync(Alone with { Stages = [Staging with { Replicas = 2 }] });

        // The cluster in memory does not serve the older form either.
        await Assert.ThrowsAsync<KubernetesException>(() => plane.SettleAsync());
        await Assert.ThrowsAsync<KubernetesException>(() => plane.PassAsync());

        Assert.Equal(["policy/v1", "policy/v1beta1", "policy/v1beta1"], forms);
    }

    [Fact]
    public async Task A_task_that_would_be_too_large_is_refused_with_the_field_that_makes_it_so()
    {
        await using var plane = await SteppedDeployment.StartAsync();
        var texts = Enumerable.Range(0, 16).Select(_ => new string('x', 4096)).ToList();
        await plane.ApplyAsync(Alone with { Stages = [Staging with { Smoke = [.. Enumerable.Range(0, 8).Select(index => new SmokeRequest { Name = $"s{index}", Text = "a", Texts = texts })] }] });

        var deployment = await plane.SettleAsync();

        Assert.Equal("!InvalidSpec", Ready(deployment));
        Assert.StartsWith("spec.stages[0].smoke has ", deployment.Status!.Conditions![0].Message, StringComparison.Ordinal);
        Assert.Empty(await plane.ListAsync<V1Job>());
    }

    private static V1Deployment Build(ModelDeploymentSpec spec)
    {
        var builder = new StageBuilder(Snapshot(spec), spec.Stages[0]);
        return builder.Deployment(builder.WithTemplate(new StageMemory { Current = Version }, live: null, before: null, Examples.Now));
    }

    private static ModelDeploymentSnapshot Snapshot(ModelDeploymentSpec spec) => new()
    {
        Object = new ModelDeployment { Metadata = new V1ObjectMeta { Name = "reviews", Namespace = "default", Uid = Examples.Uid }, Spec = spec },
        Stages = [],
        Options = Examples.Options,
    };
}
