using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Local.Tests.Node.Support;

namespace TextOps.Local.Tests.Node.Deployments;

/// <summary>One Deployment and its Service in a namespace of a cluster, whichever that is.</summary>
internal sealed class Stage(IKubernetesClient client, string @namespace)
{
    public const string Name = "model-production";

    /// <summary>Creates the Deployment, or changes it to this.</summary>
    public async Task ApplyAsync(V1Deployment deployment)
    {
        try
        {
            await client.CreateAsync(deployment with { Metadata = deployment.Metadata with { Namespace = @namespace } }, CancellationToken.None);
        }
        catch (KubernetesException problem) when (problem.IsAlreadyExists)
        {
            var patch = new JsonObject { ["spec"] = JsonSerializer.SerializeToNode(deployment.Spec, Json.Objects) };
            await client.PatchAsync<V1Deployment>(Name, @namespace, patch, CancellationToken.None);
        }
    }

    /// <summary>Creates the Service and waits for its port of this machine.</summary>
    public async Task<int> ServiceAsync()
    {
        await client.CreateAsync(
            new V1Service
            {
                Metadata = new V1ObjectMeta { Name = Name, Namespace = @namespace, Labels = new Dictionary<string, string> { [ApiGroup.KindLabel] = "modeldeployment" } },
                Spec = new V1ServiceSpec { Selector = Pods.Labels, Ports = [new V1ServicePort { Name = "http", Port = 8080, TargetPort = new IntOrString(null, "http") }] },
            },
            CancellationToken.None);
        var service = await NodeFixture.WaitAsync(
            () => client.GetAsync<V1Service>(Name, @namespace, CancellationToken.None), service => service.Metadata.Annotations?.ContainsKey(ApiGroup.UrlAnnotation) == true);
        return new Uri(service.Metadata.Annotations![ApiGroup.UrlAnnotation]).Port;
    }

    /// <summary>Waits until the Deployment is as <paramref name="wanted"/> says.</summary>
    public Task<V1Deployment> WaitAsync(Func<V1Deployment, bool> wanted) => NodeFixture.WaitAsync(() => client.GetAsync<V1Deployment>(Name, @namespace, CancellationToken.None), wanted);

    /// <summary>Waits until the pods, those that are ending too, are as <paramref name="wanted"/> says.</summary>
    public Task<IReadOnlyList<V1Pod>> WaitForPodsAsync(Func<IReadOnlyList<V1Pod>, bool> wanted) =>
        NodeFixture.WaitAsync(async () => (await client.ListAsync<V1Pod>(@namespace, null, CancellationToken.None)).Items, pods => wanted(pods))!;
}
