using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TextOps.Local.Node.Services;

/// <summary>A port of this machine that is one Service: each connection goes on to a pod.</summary>
internal sealed class ServiceListener : IAsyncDisposable
{
    private const int Backlog = 1024;

    private readonly Socket socket;
    private readonly TimeSpan hold;
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<long, Task> connections = new();
    private readonly Task accepting;
    private ServiceBackend backend;
    private long accepted;

    private ServiceListener(Socket socket, ServiceBackend backend, TimeSpan hold)
    {
        this.socket = socket;
        this.backend = backend;
        this.hold = hold;
        accepting = Task.Run(AcceptAsync, CancellationToken.None);
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>Where connections go from now on.</summary>
    public ServiceBackend Backend
    {
        get => Volatile.Read(ref backend);
        set => Volatile.Write(ref backend, value);
    }

    /// <summary>Listens on a port of 127.0.0.1; null where another program has it.</summary>
    /// <param name="port">The port.</param>
    /// <param name="backend">Where connections go.</param>
    /// <param name="hold">How long a connection waits for a pod that takes it, before it is closed.</param>
    public static ServiceListener? TryOpen(int port, ServiceBackend backend, TimeSpan hold)
    {
        var opened = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            opened.Bind(new IPEndPoint(IPAddress.Loopback, port));
            opened.Listen(Backlog);
            return new ServiceListener(opened, backend, hold);
        }
        catch (SocketException problem) when (problem.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            opened.Dispose();
            return null;
        }
    }

    /// <summary>Takes no more connections; those that are there go on.</summary>
    public void Close() => socket.Dispose();

    /// <summary>Closes the port and all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        await closing.CancelAsync();
        await accepting;
        await Task.WhenAll(connections.Values);
        closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await socket.AcceptAsync(closing.Token);
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException problem) when (problem.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket)
            {
                return;
            }
            catch (SocketException)
            {
                // The one connection broke, or there are too many open files for now.
                await Task.Delay(TimeSpan.FromMilliseconds(10));
                continue;
            }

            var number = accepted++;
            var serving = ServeAsync(client);
            connections[number] = serving;
            _ = serving.ContinueWith((_, state) => connections.TryRemove((long)state!, out var _), number, TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await Task.Yield();
        client.NoDelay = true;
        Socket pod;
        try
        {
            using var held = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
            held.CancelAfter(hold);
            pod = await Backend.ConnectAsync(held.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException)
        {
            client.Dispose();
            return;
        }

        await Tunnel.RunAsync(client, pod, closing.Token);
    }
}
