using System.Buffers;
using System.Net.Sockets;

namespace TextOps.Local.Node.Services;

/// <summary>Copies bytes between two connections both ways. The end of one direction is told on; the other goes on until it ends too.</summary>
internal static class Tunnel
{
    /// <summary>Bytes of one copy: several requests, and a part of a large answer.</summary>
    private const int BufferSize = 32 * 1024;

    /// <summary>Copies until both directions have ended. A connection that breaks breaks the other, as if there were no tunnel; both are closed.</summary>
    public static async Task RunAsync(Socket left, Socket right, CancellationToken cancellationToken)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await Task.WhenAll(CopyAsync(left, right, broken), CopyAsync(right, left, broken));
        }
        finally
        {
            // With 0 the other side is told that the connection broke, and does not take what it has for the whole.
            var timeout = broken.IsCancellationRequested ? 0 : -1;
            left.Close(timeout);
            right.Close(timeout);
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationTokenSource broken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer.AsMemory(), broken.Token)) > 0)
            {
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), broken.Token);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            await broken.CancelAsync();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
