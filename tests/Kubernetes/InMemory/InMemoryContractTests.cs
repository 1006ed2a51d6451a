using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Tests.Client;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.InMemory;

public sealed class InMemoryContractTests : KubernetesClientContract
{
    protected override Task<ContractCluster> OpenAsync()
    {
        var cluster = new InMemoryCluster(new InMemoryClusterOptions { WatchHistory = 8 });
        cluster.Register(new CustomResource(Widget.Definition(), _ => []));
        return Task.FromResult(new ContractCluster(cluster, "contract", cluster));
    }
}
