using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Client;

/// <summary>Deployments, Services and PodDisruptionBudgets: what serves a model.</summary>
public abstract partial class KubernetesClientContract
{
    [Fact]
    public async Task A_Deployment_is_applied_and_healed()
    {
        var created = await ApplyAsync(NewDeployment("a"));
        Assert.Equal((1L, 0, "RollingUpdate", 600), (created.Metadata.Generation!.Value, created.Spec.Replicas!.Value, created.Spec.Strategy!.Type, created.Spec.ProgressDeadlineSeconds!.Value));

        var again = await ApplyAsync(NewDeployment("a"));
        Assert.Equal((created.Metadata.Uid, 1L), (again.Metadata.Uid, again.Metadata.Generation!.Value));

        var drift = Read("""{ "spec": { "revisionHistoryLimit": 7, "template": { "spec": { "nodeSelector": { "theirs": "1" } } } } }""");
        Assert.Equal(2, (await Client.PatchAsync<V1Deployment>("a", Namespace, drift, Ct)).Metadata.Generation);
        var healed = await ApplyAsync(NewDeployment("a"), force: true);
        Assert.Equal((3L, 2), (healed.Metadata.Generation!.Value, healed.Spec.RevisionHistoryLimit!.Value));

        // What nobody of us speaks of is left to whoever added it.
        Assert.Equal(["test.textops.dev/node", "theirs"], healed.Spec.Template.Spec.NodeSelector!.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Containers_ports_variables_and_volumes_of_a_Deployment_are_merged_by_their_keys()
    {
        await ApplyAsync(NewDeployment("a"));
        await Client.PatchAsync<V1Deployment>("a", Namespace, new KubernetesPatch.Apply(Read("""
            {
              "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "a" },
              "spec": { "template": { "spec": {
                "containers": [
                  { "name": "main", "env": [{ "name": "THEIRS", "value": "1" }], "ports": [{ "containerPort": 7000, "name": "theirs" }] },
                  { "name": "sidecar", "image": "test.textops.dev/sidecar:1" }
                ],
                "volumes": [{ "name": "theirs", "emptyDir": {} }]
              } } }
            }
            """), "other"), Ct);

        var changed = NewDeployment("a");
        var main = changed.Spec.Template.Spec.Containers[0];
        var applied = await ApplyAsync(changed with
        {
            Spec = changed.Spec with
            {
                Template = changed.Spec.Template with
                {
                    Spec = changed.Spec.Template.Spec with
                    {
                        Containers = [main with { Image = "test.textops.dev/none:2", Env = [new() { Name = "B", Value = "2" }], Ports = [main.Ports![0]] }],
                        Volumes = [new V1Volume { Name = "task", ConfigMap = new V1ConfigMapVolumeSource { Name = "next" } }],
                    },
                },
            },
        });
        var pod = applied.Spec.Template.Spec;
        Assert.Equal(["main", "sidecar"], pod.Containers.Select(container => container.Name));
        Assert.Equal("test.textops.dev/none:2", pod.Containers[0].Image);
        Assert.Equal(["B", "THEIRS"], pod.Containers[0].Env!.Select(variable => variable.Name).Order(StringComparer.Ordinal));
        Assert.Equal([7000, 8080], pod.Containers[0].Ports!.Select(port => port.ContainerPort).Order());
        Assert.Equal(["task", "theirs"], pod.Volumes!.Select(volume => volume.Name).Order(StringComparer.Ordinal));
        Assert.Equal("next", pod.Volumes!.Single(volume => volume.Name == "task").ConfigMap!.Name);
    }

    [Fact]
    public async Task The_generation_of_a_Deployment_counts_its_spec_and_its_annotations()
    {
        await ApplyAsync(NewDeployment("a"));
        Assert.Equal(1, (await Client.PatchAsync<V1Deployment>("a", Namespace, Labels("x", "1"), Ct)).Metadata.Generation);
        Assert.Equal(2, (await Client.PatchAsync<V1Deployment>("a", Namespace, Read("""{ "metadata": { "annotations": { "x": "1" } } }"""), Ct)).Metadata.Generation);
        Assert.Equal(3, (await Client.PatchAsync<V1Deployment>("a", Namespace, Read("""{ "spec": { "minReadySeconds": 1 } }"""), Ct)).Metadata.Generation);
        var seen = await Client.PatchStatusAsync<V1Deployment>("a", Namespace, Read("""{ "status": { "observedGeneration": 3 } }"""), Ct);
        Assert.Equal((3L, 3L), (seen.Metadata.Generation!.Value, seen.Status!.ObservedGeneration!.Value));
        Assert.Equal(3, (await ApplyAsync(NewDeployment("a"))).Metadata.Generation);
    }

    [Fact]
    public async Task A_rolling_Deployment_becomes_one_that_is_recreated()
    {
        await ApplyAsync(NewDeployment("a"));
        var recreated = NewDeployment("a");
        recreated = await ApplyAsync(recreated with { Spec = recreated.Spec with { Strategy = new V1DeploymentStrategy { Type = "Recreate" } } });
        Assert.Equal(new V1DeploymentStrategy { Type = "Recreate" }, recreated.Spec.Strategy);
    }

    [Fact]
    public async Task The_selector_of_a_Deployment_stays()
    {
        await ApplyAsync(NewDeployment("a"));
        var other = new Dictionary<string, string> { ["app"] = "other" };
        var changed = NewDeployment("a");
        changed = changed with
        {
            Spec = changed.Spec with { Selector = new V1LabelSelector { MatchLabels = other }, Template = changed.Spec.Template with { Metadata = new V1ObjectMeta { Labels = other } } },
        };
        var refusal = await RefusalAsync(() => ApplyAsync(changed));
        Assert.StartsWith("Deployment.apps \"a\" is invalid: spec.selector: Invalid value: ", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("field is immutable", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "replicas": -1 }""", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("""{ "selector": { "matchLabels": { "app": "other" } } }""", "`selector` does not match template `labels`")]
    [InlineData("""{ "selector": { "matchLabels": null } }""", "empty selector is invalid for deployment")]
    [InlineData("""{ "template": { "spec": { "restartPolicy": "Never" } } }""", "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"")]
    [InlineData("""{ "template": { "spec": { "containers": [] } } }""", "spec.template.spec.containers: Required value")]
    [InlineData("""{ "template": { "spec": { "containers": [{ "name": "main" }] } } }""", "spec.template.spec.containers[0].image: Required value")]
    [InlineData("""{ "template": { "metadata": { "labels": { "bad key": "x" } } } }""", "spec.template.labels: Invalid value: \"bad key\": name part must consist of")]
    [InlineData("""{ "strategy": { "type": "Recreate" } }""", "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'")]
    [InlineData("""{ "strategy": { "rollingUpdate": { "maxSurge": 0, "maxUnavailable": 0 } } }""", "may not be 0 when `maxSurge` is 0")]
    [InlineData("""{ "progressDeadlineSeconds": 0 }""", "spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds")]
    public async Task A_Deployment_that_cannot_run_is_refused(string change, string problem)
    {
        await Client.CreateAsync(NewDeployment("a"), Ct);
        var refusal = await RefusalAsync(() => Client.PatchAsync<V1Deployment>("a", Namespace, new JsonObject { ["spec"] = Read(change) }, Ct));
        Assert.True(refusal.IsInvalid, refusal.Message);
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Service_is_applied_and_keeps_what_others_annotate()
    {
        var created = await ApplyAsync(NewService("a"));
        Assert.Equal(("http", 8080, new IntOrString(8080), "TCP"), ReadPort(created));
        Assert.Equal(created.Metadata.ResourceVersion, (await ApplyAsync(NewService("a"))).Metadata.ResourceVersion);

        await Client.PatchAsync<V1Service>("a", Namespace, Read("""{ "metadata": { "annotations": { "textops.dev/url": "http://127.0.0.1:8080" } }, "spec": { "selector": { "app": "theirs" } } }"""), Ct);
        var healed = await ApplyAsync(NewService("a"), force: true);
        Assert.Equal("http://127.0.0.1:8080", healed.Metadata.Annotations!["textops.dev/url"]);
        Assert.Equal("a", healed.Spec.Selector!["app"]);

        var moved = NewService("a");
        moved = await ApplyAsync(moved with { Spec = moved.Spec with { Ports = [moved.Spec.Ports![0] with { Port = 80 }] } });
        Assert.Equal(("http", 80, new IntOrString(8080), "TCP"), ReadPort(moved));

        await Client.DeleteAsync<V1Service>("a", Namespace, null, Ct);
        Assert.Null(await Client.GetAsync<V1Service>("a", Namespace, Ct));
    }

    [Fact]
    public async Task The_name_of_a_Service_is_a_host_name()
    {
        foreach (var name in (string[])["1a", "a.b", new('a', 64)])
        {
            var refusal = await RefusalAsync(() => ApplyAsync(NewService(name)));
            Assert.True(refusal.IsInvalid && refusal.Message.Contains($"metadata.name: Invalid value: \"{name}\": ", StringComparison.Ordinal), refusal.Message);
        }

        await ApplyAsync(NewService(new string('a', 63)));
    }

    [Theory]
    [InlineData("[]", "spec.ports: Required value")]
    [InlineData("""[{ "port": 0, "protocol": "TCP" }]""", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("""[{ "port": 1, "protocol": "TCP", "targetPort": 70000 }]""", "spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [InlineData("""[{ "port": 1, "protocol": "TCP", "name": "A_B" }]""", "spec.ports[0].name: Invalid value: \"A_B\": a lowercase RFC 1123 label must consist of")]
    [InlineData("""[{ "port": 1, "protocol": "X" }]""", "spec.ports[0].protocol: Unsupported value: \"X\": supported values: \"SCTP\", \"TCP\", \"UDP\"")]
    [InlineData("""[{ "port": 1, "protocol": "TCP" }, { "port": 2, "protocol": "TCP", "name": "b" }]""", "spec.ports[0].name: Required value")]
    [InlineData("""[{ "port": 1, "protocol": "TCP", "name": "b" }, { "port": 2, "protocol": "TCP", "name": "b" }]""", "spec.ports[1].name: Duplicate value: \"b\"")]
    public async Task Ports_of_a_Service_are_checked(string ports, string problem)
    {
        var service = Read($$"""{ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a" }, "spec": { "ports": {{ports}} } }""");
        var refusal = await RefusalAsync(() => ApplyAsync<V1Service>(service));
        Assert.True(refusal.IsInvalid, refusal.Message);
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_applied_twice_is_refused()
    {
        var service = Read("""{ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a" }, "spec": { "ports": [{ "port": 1, "protocol": "TCP" }, { "port": 1, "protocol": "TCP" }] } }""");
        var refusal = await RefusalAsync(() => ApplyAsync<V1Service>(service));
        Assert.Equal("failed to create typed patch object: .spec.ports: duplicate entries for key [port=1,protocol=\"TCP\"]", refusal.Message);
    }

    [Fact]
    public async Task A_port_of_a_Service_that_is_applied_names_its_protocol()
    {
        // From Kubernetes 1.21 on, servers know the default of this key too.
        var service = Read("""{ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a" }, "spec": { "ports": [{ "port": 1 }] } }""");
        var refusal = await RefusalAsync(() => ApplyAsync<V1Service>(service));
        Assert.StartsWith("failed to create typed patch object: .spec.ports: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("omits key field \"protocol\"", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disruption_budget_is_served_in_one_of_its_versions()
    {
        V1PodDisruptionBudgetSpec Spec(int missing) => new() { Selector = new V1LabelSelector { MatchLabels = AppLabels("a") }, MaxUnavailable = missing };
        var metadata = new V1ObjectMeta { Name = "a", Namespace = Namespace };
        V1PodDisruptionBudget budget;
        try
        {
            budget = await ApplyAsync(new V1PodDisruptionBudget { Metadata = metadata, Spec = Spec(1) });
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            // Kubernetes 1.20 and older.
            Assert.Equal("the server could not find the requested resource", refusal.Message);
            await BudgetIsAppliedAsync(await ApplyAsync(new V1Beta1PodDisruptionBudget { Metadata = metadata, Spec = Spec(1) }), seen => (seen.Metadata, seen.Spec), seen => seen with { Spec = Spec(2) });
            return;
        }

        await BudgetIsAppliedAsync(budget, seen => (seen.Metadata, seen.Spec), seen => seen with { Spec = Spec(2) });
    }

    [Fact]
    public async Task What_serves_goes_with_its_owner()
    {
        var owner = await Client.CreateAsync(NewWidget("owner"), Ct);
        var metadata = new V1ObjectMeta { Name = "a", Namespace = Namespace, OwnerReferences = [OwnerReferences.ToController(owner)] };
        await ApplyAsync(NewDeployment("a") with { Metadata = metadata });
        await ApplyAsync(NewService("a") with { Metadata = metadata });
        await Client.DeleteAsync<Widget>("owner", Namespace, null, Ct);
        await GoesAsync<V1Deployment>("a");
        await GoesAsync<V1Service>("a");
    }

    [Fact]
    public async Task A_Deployment_is_deleted()
    {
        await ApplyAsync(NewDeployment("a"));
        await Client.DeleteAsync<V1Deployment>("a", Namespace, null, Ct);
        await GoesAsync<V1Deployment>("a");
        Assert.Equal(1, (await ApplyAsync(NewDeployment("a"))).Metadata.Generation);
    }

    private async Task BudgetIsAppliedAsync<T>(T created, Func<T, (V1ObjectMeta Metadata, V1PodDisruptionBudgetSpec Spec)> parts, Func<T, T> change) where T : class, IKubernetesObject
    {
        Assert.Equal((1L, new IntOrString(1)), (parts(created).Metadata.Generation!.Value, parts(created).Spec.MaxUnavailable!.Value));
        var wanted = change(created);
        var configuration = new JsonObject
        {
            ["apiVersion"] = wanted.ApiVersion,
            ["kind"] = wanted.Kind,
            ["metadata"] = new JsonObject { ["name"] = "a" },
            ["spec"] = Read("""{ "maxUnavailable": 2, "selector": { "matchLabels": { "app": "a" } } }"""),
        };
        var changed = await ApplyAsync<T>(configuration);
        Assert.Equal((2L, parts(wanted).Spec.MaxUnavailable), (parts(changed).Metadata.Generation!.Value, parts(changed).Spec.MaxUnavailable));
        Assert.Equal(2, parts(await ApplyAsync<T>(configuration)).Metadata.Generation);

        configuration["spec"]!["maxUnavailable"] = -1;
        var refusal = await RefusalAsync(() => ApplyAsync<T>(configuration));
        Assert.Equal("PodDisruptionBudget.policy \"a\" is invalid: spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0", refusal.Message);

        await Client.DeleteAsync<T>("a", Namespace, null, Ct);
        Assert.Null(await Client.GetAsync<T>("a", Namespace, Ct));
    }

    private static (string? Name, int Port, IntOrString? TargetPort, string? Protocol) ReadPort(V1Service service)
    {
        var port = Assert.Single(service.Spec.Ports!);
        return (port.Name, port.Port, port.TargetPort, port.Protocol);
    }

    private static Dictionary<string, string> AppLabels(string app) => new() { ["app"] = app };

    /// <summary>A Deployment that asks for no pods: nothing but the test changes it, and its status is soon what it will be.</summary>
    private V1Deployment NewDeployment(string name) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace },
        Spec = new V1DeploymentSpec
        {
            Replicas = 0,
            RevisionHistoryLimit = 2,
            Selector = new V1LabelSelector { MatchLabels = AppLabels(name) },
            Strategy = new V1DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new V1RollingUpdate { MaxSurge = 1, MaxUnavailable = 0 } },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = AppLabels(name) },
                Spec = PodSpec(null) with
                {
                    RestartPolicy = "Always",
                    Containers =
                    [
                        new V1Container
                        {
                            Name = "main",
                            Image = "test.textops.dev/none:1",
                            Env = [new() { Name = "A", Value = "1" }],
                            Ports = [new V1ContainerPort { Name = "http", ContainerPort = 8080 }, new V1ContainerPort { Name = "metrics", ContainerPort = 9090 }],
                            ReadinessProbe = new V1Probe { HttpGet = new V1HttpGetAction { Path = "/readyz", Port = 9090 }, PeriodSeconds = 2 },
                        },
                    ],
                    Volumes = [new V1Volume { Name = "task", ConfigMap = new V1ConfigMapVolumeSource { Name = "task" } }],
                },
            },
        },
    };

    private V1Service NewService(string name) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace },
        Spec = new V1ServiceSpec { Selector = AppLabels(name), Ports = [new V1ServicePort { Name = "http", Port = 8080, TargetPort = 8080, Protocol = "TCP" }] },
    };
}
