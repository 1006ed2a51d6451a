using TextOps.Kubernetes.Tests.Client;
using TextOps.Kubernetes.Tests.Rest.Support;
using TextOps.Tests;

namespace TextOps.Kubernetes.Tests.Rest;

public sealed class RestContractTests : KubernetesClientContract
{
    protected override async Task<ContractCluster> OpenAsync()
    {
        var cluster = await RestCluster.OpenAsync(TestCluster.ModernCustomResources, TestCluster.Controllers);
        return new ContractCluster(cluster.Client, cluster.Namespace, cluster);
    }
}
