using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace TextOps.Operator.Host;

/// <summary>SIGTERM (the kubelet's) and SIGINT (Ctrl-C): the first asks the program to stop with grace, the second ends it at once.</summary>
internal sealed partial class StopSignals : IDisposable
{
    private const int SignalExitCode = 128;

    private readonly CancellationTokenSource stopping = new();
    private readonly Action<int> exit;
    private readonly ILogger<StopSignals> logger;
    private readonly PosixSignalRegistration[] registrations;
    private int count;

    /// <summary>Starts to listen.</summary>
    /// <param name="exit">Ends the process with an exit code.</param>
    public StopSignals(Action<int> exit, ILogger<StopSignals> logger)
    {
        this.exit = exit;
        this.logger = logger;
        registrations = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle), PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle)];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => stopping.Token;

    /// <summary>Takes a signal.</summary>
    internal void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref count) == 1)
        {
            LogStopping(context.Signal);
            stopping.Cancel();
        }
        else
        {
            LogGivingUp(context.Signal);
            exit(SignalExitCode + (context.Signal == PosixSignal.SIGINT ? 2 : 15));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        stopping.Dispose();
    }

    [LoggerMessage(EventName = "OperatorStopping", Level = LogLevel.Information, Message = "{Signal}: running passes end, then the operator; a second signal ends it at once")]
    private partial void LogStopping(PosixSignal signal);

    [LoggerMessage(EventName = "OperatorKilled", Level = LogLevel.Warning, Message = "{Signal} again: the operator ends at once")]
    private partial void LogGivingUp(PosixSignal signal);
}
