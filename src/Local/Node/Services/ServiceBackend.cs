using System.Net;
using System.Net.Sockets;
using TextOps.Kubernetes.Core;

namespace TextOps.Local.Node.Services;

/// <summary>The pods behind one Service, in turn. All members are thread-safe.</summary>
/// <param name="pods">The pods there are.</param>
/// <param name="namespace">Namespace of the Service and its pods.</param>
/// <param name="selector">Labels of the pods.</param>
/// <param name="port">Port on the pods, by number or name.</param>
internal sealed class ServiceBackend(ReadyPods pods, string @namespace, IReadOnlyDictionary<string, string> selector, IntOrString port)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private Known known = new(-1, []);
    private uint turn;

    /// <summary>Whether this is the backend of such a Service.</summary>
    public bool Is(IReadOnlyDictionary<string, string> otherSelector, IntOrString otherPort) =>
        port == otherPort && selector.Count == otherSelector.Count && selector.All(label => otherSelector.GetValueOrDefault(label.Key) == label.Value);

    /// <summary>
    /// Connects to the next ready pod, and to another where that one refuses. Where there is none it waits for one until <paramref name="cancellationToken"/>
    /// ends it with <see cref="OperationCanceledException"/>.
    /// </summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = pods.Current;
            var endpoints = Endpoints(seen);
            var first = Interlocked.Increment(ref turn);
            for (var place = 0; place < endpoints.Count; place++)
            {
                var endpoint = endpoints[(int)((first + (uint)place) % (uint)endpoints.Count)];
                if (await TryConnectAsync(endpoint, cancellationToken) is { } connected)
                {
                    return connected;
                }
            }

            // One that refuses is about to be reported as not ready, or is about to listen: both may be noticed sooner here than by its probe.
            var change = seen.Changed.WaitAsync(cancellationToken);
            await (endpoints.Count == 0 ? change : Task.WhenAny(change, Task.Delay(Pause, cancellationToken)));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private IReadOnlyList<IPEndPoint> Endpoints(ReadyPods.State state)
    {
        var current = Volatile.Read(ref known);
        if (current.Version != state.Version)
        {
            Volatile.Write(ref known, current = new Known(state.Version, pods.Find(@namespace, selector, port)));
        }

        return current.Endpoints;
    }

    private static async Task<Socket?> TryConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed record Known(long Version, IReadOnlyList<IPEndPoint> Endpoints);
}
