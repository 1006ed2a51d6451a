using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;

namespace TextOps.Runner.Logging;

/// <summary>The runner's log: JSON lines on standard output, plain lines where that is a terminal.</summary>
internal sealed class RunnerLogging : IDisposable
{
    private readonly Serilog.Core.Logger serilog;
    private readonly SerilogLoggerFactory factory;

    public RunnerLogging()
    {
        serilog = new LoggerConfiguration()
            .Enrich.With(Properties)
            .WriteTo.Console(Console.IsOutputRedirected ? new JsonLineFormatter() : new PlainLineFormatter())
            .CreateLogger();
        factory = new SerilogLoggerFactory(serilog);
        Log = factory.CreateLogger("TextOps.Runner");
    }

    /// <summary>What every line says of the task.</summary>
    public TaskProperties Properties { get; } = new();

    /// <summary>The log.</summary>
    public Microsoft.Extensions.Logging.ILogger Log { get; }

    /// <summary>Writes what is still to be written.</summary>
    public void Dispose()
    {
        factory.Dispose();
        serilog.Dispose();
    }
}
