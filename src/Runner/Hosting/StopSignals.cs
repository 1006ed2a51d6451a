using System.Runtime.InteropServices;

namespace TextOps.Runner.Hosting;

/// <summary>
/// Cancels when the process is asked to stop: SIGTERM, SIGINT, or (with <see cref="ParentVariable"/>) the end of standard input, which tells that the
/// parent process is gone, however it ended.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Environment variable; <c>1</c> makes the end of standard input a stop.</summary>
    public const string ParentVariable = "TEXTOPS_EXIT_ON_STDIN_EOF";

    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource atOnce = new();
    private readonly PosixSignalRegistration terminate;
    private readonly PosixSignalRegistration interrupt;

    public StopSignals()
    {
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        if (Environment.GetEnvironmentVariable(ParentVariable) == "1")
        {
            // A thread of its own, because a read of standard input cannot be cancelled; as a background thread it does not keep the process.
            new Thread(WaitForEndOfInput) { IsBackground = true, Name = "parent" }.Start();
        }
    }

    /// <summary>Cancelled when the process is to stop.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>Cancelled when it is to stop without finishing anything: by a second signal, or because nobody is there any more.</summary>
    public CancellationToken AtOnce => atOnce.Token;

    /// <summary>Ends when the process is to stop.</summary>
    public async Task WaitAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Token.Register(stopped.SetResult);
        await stopped.Task;
    }

    public void Dispose()
    {
        terminate.Dispose();
        interrupt.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (stop.IsCancellationRequested)
        {
            atOnce.Cancel();
        }

        stop.Cancel();
    }

    private void WaitForEndOfInput()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[256];
        try
        {
            while (input.Read(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // An input that cannot be read any more has ended, too.
        }

        stop.Cancel();
        atOnce.Cancel();
    }
}
