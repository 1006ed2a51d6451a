using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rbac;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>Deployments, Services and PodDisruptionBudgets of stages: observed, applied and deleted.</summary>
[Rbac<V1Deployment>("get", "list", "watch", "create", "patch", "delete")]
[Rbac<V1Service>("get", "list", "watch", "create", "patch", "delete")]
[Rbac<V1PodDisruptionBudget>("create", "patch", "delete")]
[Rbac<V1ConfigMap>("create", "delete")]
internal sealed class StageChildren(IKubernetesClient client, Store<V1Deployment> deployments, Store<V1Service> services, ChildIndex<V1Pod> pods)
{
    private readonly AppliedObjects<V1Deployment> deployments = new(client, deployments);
    private readonly AppliedObjects<V1Service> services = new(client, services);

    // Kubernetes 1.20 serves PodDisruptionBudgets as policy/v1beta1 only; which one it is, is learned from the first.
    private volatile bool isBeta;

    /// <summary>The stages of <paramref name="owner"/> with what there is of them.</summary>
    public async Task<IReadOnlyList<StageSnapshot>> ObserveAsync(ModelDeployment owner, CancellationToken cancellationToken)
    {
        var serving = pods.Find(OwnerKey.Of(owner)).Where(pod => pod.Metadata.Labels!.ContainsKey(ApiGroup.StageLabel)).ToLookup(pod => pod.Metadata.Labels![ApiGroup.StageLabel], StringComparer.Ordinal);
        var stages = new List<StageSnapshot>();
        foreach (var stage in owner.Spec.Stages)
        {
            var key = new NamespacedName(owner.Metadata.Namespace!, $"{owner.Metadata.Name}-{stage.Name}");
            stages.Add(new StageSnapshot
            {
                Stage = stage,
                Deployment = await deployments.ObserveAsync(owner, key, cancellationToken),
                Service = await services.ObserveAsync(owner, key, cancellationToken),
                Pods = [.. serving[stage.Name].OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)],
                Status = owner.Status?.Stages?.FirstOrDefault(status => status.Name == stage.Name),
            });
        }

        return stages;
    }

    /// <summary>Children of stages that the spec does not have.</summary>
    public IReadOnlyList<StageLeftover> Leftovers(ModelDeployment owner)
    {
        var wanted = owner.Spec.Stages.Select(stage => $"{owner.Metadata.Name}-{stage.Name}").ToHashSet(StringComparer.Ordinal);
        var oldDeployments = deployments.OwnedBy(owner).Where(child => !wanted.Contains(child.Metadata.Name!)).ToDictionary(child => child.Metadata.Name!, StringComparer.Ordinal);
        var oldServices = services.OwnedBy(owner).Where(child => !wanted.Contains(child.Metadata.Name!)).ToDictionary(child => child.Metadata.Name!, StringComparer.Ordinal);
        return [.. oldDeployments.Keys.Union(oldServices.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => new StageLeftover(name, oldDeployments.GetValueOrDefault(name), oldServices.GetValueOrDefault(name)))];
    }

    /// <summary>Brings a stage's children to what <paramref name="wanted"/> says; answers whether anything was written.</summary>
    /// <exception cref="KubernetesException">The API server refuses one of them.</exception>
    public async Task<bool> ApplyAsync(ModelDeploymentSnapshot seen, StageSnapshot stage, StageMemory wanted, CancellationToken cancellationToken)
    {
        var builder = new StageBuilder(seen, stage.Stage);
        var service = builder.Service();
        var hasWritten = false;
        if (services.IsDue(stage.Service, service))
        {
            await services.ApplyAsync(seen.Object, stage.Service, service, cancellationToken);
            hasWritten = true;
        }

        var deployment = builder.Deployment(wanted);
        if (!deployments.IsDue(stage.Deployment, deployment))
        {
            return hasWritten;
        }

        // All that belongs to it first: who is cut off in between finds the Deployment as it was, and does it again.
        var task = builder.Task(wanted.Current);
        if (StageBuilder.ConfigMapOf(stage.Deployment) != task.Metadata.Name)
        {
            await CreateAsync(task, cancellationToken);
        }

        if (stage.Stage.Replicas > 1)
        {
            await ApplyBudgetAsync(builder.Budget(), cancellationToken);
        }
        else if (stage.Deployment?.Spec.Replicas > 1)
        {
            await DeleteBudgetAsync(builder.Name, seen.Object.Metadata.Namespace, cancellationToken);
        }

        await deployments.ApplyAsync(seen.Object, stage.Deployment, deployment, cancellationToken);
        return true;
    }

    /// <summary>Deletes ConfigMaps of templates that no pod has any more.</summary>
    public async Task DeleteTasksAsync(ModelDeployment owner, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            await client.DeleteAsync<V1ConfigMap>(name, owner.Metadata.Namespace, options: null, cancellationToken);
        }
    }

    /// <summary>Deletes the children of a stage that the spec no longer has.</summary>
    public async Task DeleteAsync(ModelDeployment owner, StageLeftover leftover, CancellationToken cancellationToken)
    {
        if (leftover.Service is { } service)
        {
            await services.DeleteAsync(service, cancellationToken);
        }

        // The Deployment last: what else there is, is known by it.
        if (leftover.Deployment is { } deployment)
        {
            if (deployment.Spec.Replicas > 1)
            {
                await DeleteBudgetAsync(leftover.Name, owner.Metadata.Namespace, cancellationToken);
            }

            await DeleteTasksAsync(owner, (StageSnapshot.MemoryOf(deployment)?.Superseded ?? []).Append(StageBuilder.ConfigMapOf(deployment)).OfType<string>(), cancellationToken);
            await deployments.DeleteAsync(deployment, cancellationToken);
        }
    }

    /// <summary>Drops what is remembered of an object that is gone.</summary>
    public void Forget(NamespacedName owner)
    {
        deployments.Forget(IsOf);
        services.Forget(IsOf);

        bool IsOf(NamespacedName child) => child.Namespace == owner.Namespace && child.Name.StartsWith($"{owner.Name}-", StringComparison.Ordinal);
    }

    private async Task ApplyBudgetAsync(V1PodDisruptionBudget budget, CancellationToken cancellationToken)
    {
        if (!isBeta)
        {
            try
            {
                await client.PatchAsync<V1PodDisruptionBudget>(budget.Metadata.Name!, budget.Metadata.Namespace, AppliedObjects<V1Deployment>.Apply(budget), cancellationToken);
                return;
            }
            catch (KubernetesException exception) when (exception.IsNotFound)
            {
                isBeta = true;
            }
        }

        var older = new V1Beta1PodDisruptionBudget { Metadata = budget.Metadata, Spec = budget.Spec };
        await client.PatchAsync<V1Beta1PodDisruptionBudget>(budget.Metadata.Name!, budget.Metadata.Namespace, AppliedObjects<V1Deployment>.Apply(older), cancellationToken);
    }

    private async Task DeleteBudgetAsync(string name, string? @namespace, CancellationToken cancellationToken)
    {
        await DeleteIfServedAsync<V1PodDisruptionBudget>(name, @namespace, cancellationToken);
        await DeleteIfServedAsync<V1Beta1PodDisruptionBudget>(name, @namespace, cancellationToken);
    }

    private async Task DeleteIfServedAsync<T>(string name, string? @namespace, CancellationToken cancellationToken) where T : class, IKubernetesObject
    {
        try
        {
            await client.DeleteAsync<T>(name, @namespace, options: null, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            // This server does not know the form: nothing of it can be there.
        }
    }

    private async Task CreateAsync(V1ConfigMap task, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(task, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsAlreadyExists)
        {
            // It is named by what it holds.
        }
    }
}
