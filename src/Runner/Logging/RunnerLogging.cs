using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;

namespace TextOps.Runner.Logging;

/// <summary>The runner's log: JSON lines on standard output, plain lines where that is a terminal.</summary>
internal sealed class RunnerLogging : IDisposable
{
    private readonly Serilog.Core.Logger _serilog;
    private readonly SerilogLoggerFactory _factory;

    public RunnerLogging()
    {
        _serilog = new LoggerConfiguration()
            .Enrich.With(Properties)
            .WriteTo.Console(Console.IsOutputRedirected ? new JsonLineFormatter() : new PlainLineFormatter())
            .CreateLogger();
        _factory = new SerilogLoggerFactory(_serilog);
        Log = _factory.CreateLogger("TextOps.Runner");
    }

    /// <summary>What every line says of the task.</summary>
    public TaskProperties Properties { get; } = new();

    /// <summary>The log.</summary>
    public Microsoft.Extensions.Logging.ILogger Log { get; }

    /// <summary>Writes what is still to be written.</summary>
    public void Dispose()
    {
        _factory.Dispose();
        _serilog.Dispose();
    }
}
