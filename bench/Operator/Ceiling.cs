using System.Diagnostics;
using System.Globalization;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;

namespace TextOps.Bench.Operator;

/// <summary>What the client alone needs to create a ConfigMap and a Job for each of as many objects: the least an operator could take.</summary>
internal sealed class Ceiling(V1ConfigMap configMap, V1Job job, string @namespace)
{
    /// <summary>Creates them with as many callers as an operator has workers.</summary>
    public async Task<TimeSpan> MeasureAsync(IKubernetesClient client, int size, int callers)
    {
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, size), new ParallelOptions { MaxDegreeOfParallelism = callers }, async (number, cancel) =>
        {
            await client.CreateAsync(configMap with { Metadata = Copy(configMap.Metadata, number) }, cancel);
            await client.CreateAsync(job with { Metadata = Copy(job.Metadata, number), Spec = Spec(), Status = null }, cancel);
        });
        return watch.Elapsed;
    }

    private V1ObjectMeta Copy(V1ObjectMeta of, int number) =>
        new() { Name = string.Create(CultureInfo.InvariantCulture, $"{of.Name}-{number}"), Namespace = @namespace, Labels = of.Labels };

    // Without what the server added.
    private V1JobSpec Spec()
    {
        var template = job.Spec.Template;
        var labels = template.Metadata!.Labels!.Where(label => label.Key is not ("controller-uid" or V1Job.NameLabel)).ToDictionary(StringComparer.Ordinal);
        return job.Spec with { Template = template with { Metadata = template.Metadata with { Labels = labels, CreationTimestamp = null } } };
    }
}
