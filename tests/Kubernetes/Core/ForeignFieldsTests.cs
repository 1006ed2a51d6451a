using System.Text.Json;
using TextOps.Crds;
using TextOps.Kubernetes.Core;

namespace TextOps.Kubernetes.Tests.Core;

/// <summary>What others write into objects that we list must not make the list unreadable.</summary>
public sealed class ForeignFieldsTests
{
    [Theory]
    [InlineData("""{ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": 1 } }""")]
    public void A_bound_may_be_a_percentage(string strategy)
    {
        var read = JsonSerializer.Deserialize<V1DeploymentStrategy>(strategy, Json.Objects)!;
        Assert.Equal((new IntOrString(null, "25%"), new IntOrString(1)), (read.RollingUpdate!.MaxSurge, read.RollingUpdate.MaxUnavailable));
        Assert.Equal(strategy.Replace(" ", "", StringComparison.Ordinal), JsonSerializer.Serialize(read, Json.Objects));
    }

    [Fact]
    public void A_port_may_be_a_name()
    {
        var probe = JsonSerializer.Deserialize<V1Probe>("""{ "httpGet": { "path": "/", "port": "http" } }""", Json.Objects)!;
        Assert.Equal(new IntOrString(null, "http"), probe.HttpGet!.Port);
        var service = JsonSerializer.Deserialize<V1ServicePort>("""{ "port": 80, "targetPort": "http" }""", Json.Objects)!;
        Assert.Equal("http", service.TargetPort!.Value.Text);
    }

    [Fact]
    public void A_container_may_be_asked_by_a_command() =>
        Assert.Null(JsonSerializer.Deserialize<V1Probe>("""{ "exec": { "command": ["true"] }, "periodSeconds": 5 }""", Json.Objects)!.HttpGet);

    [Fact]
    public void A_budget_may_say_how_many_must_be_there() =>
        Assert.Null(JsonSerializer.Deserialize<V1PodDisruptionBudgetSpec>("""{ "minAvailable": "50%" }""", Json.Objects)!.MaxUnavailable);
}
