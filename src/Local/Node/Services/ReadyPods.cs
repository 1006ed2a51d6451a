using System.Net;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Local.Node.Services;

/// <summary>
/// Which pods a Service may send connections to, as an informer knows them at this moment: ready, and not being deleted (core/v1 Endpoints). All members
/// are thread-safe.
/// </summary>
internal sealed class ReadyPods
{
    private readonly Store<V1Pod> pods;
    private State state = new(0);

    public ReadyPods(Informer<V1Pod> informer)
    {
        pods = informer.Store;
        informer.AddHandler(new InformerHandler<V1Pod>(_ => Tell(), (_, _) => Tell(), _ => Tell()));
    }

    /// <summary>What is known now.</summary>
    public State Current => Volatile.Read(ref state);

    /// <summary>Where the ready pods of a namespace listen that have all of <paramref name="labels"/>.</summary>
    public IReadOnlyList<IPEndPoint> Find(string @namespace, IReadOnlyDictionary<string, string> labels, IntOrString targetPort) =>
    [
        .. from pod in pods.All()
           where pod.Metadata.Namespace == @namespace && IsReady(pod) && labels.All(label => pod.Metadata.Labels?.GetValueOrDefault(label.Key) == label.Value)
           let port = ContainerPorts.Find(pod.Spec.Containers[0], targetPort)
           where port is not null
           orderby pod.Metadata.Name
           select new IPEndPoint(IPAddress.Parse(pod.Status!.PodIP!), port.Value),
    ];

    /// <summary>Whether a pod takes new connections.</summary>
    public static bool IsReady(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status is { PodIP: not null, Conditions: { } conditions }
        && conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    private void Tell()
    {
        // Handlers are called one at a time.
        var before = state;
        Volatile.Write(ref state, new State(before.Version + 1));
        before.Over.SetResult();
    }

    /// <summary>The pods between two changes.</summary>
    /// <param name="Version">Grows with each change.</param>
    internal sealed record State(long Version)
    {
        internal TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends when something has changed.</summary>
        public Task Changed => Over.Task;
    }
}
