using System.Collections;
using System.CommandLine;
using System.Reflection;
using Microsoft.Extensions.Logging;
using TextOps.Operator.Host.Logging;
using TextOps.Operator.Host.Settings;

namespace TextOps.Operator.Host;

/// <summary>Makes the control plane that the program runs; it opens no connection yet.</summary>
/// <exception cref="ConfigurationException">How to reach the cluster cannot be told.</exception>
internal delegate IControlPlane BuildControlPlane(HostOptions options, TimeProvider time, ILoggerFactory loggers);

/// <summary>The command line of <c>textops-operator</c>.</summary>
internal sealed partial class OperatorCommand(BuildControlPlane build, IReadOnlyDictionary<string, string> variables, TextWriter error, Stream log)
{
    /// <summary>Stopped by a signal, with all done.</summary>
    public const int Stopped = 0;

    /// <summary>Ended by what it could not go on after; the log says what.</summary>
    public const int Failed = 1;

    /// <summary>Told something that it cannot do; standard error says how to fix it.</summary>
    public const int Misconfigured = 2;

    /// <summary>The version of this build.</summary>
    public static string Version { get; } = typeof(OperatorCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Runs the program with this process's arguments, variables and streams; answers the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, BuildControlPlane build)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
        await using var log = Console.OpenStandardOutput();
        return await new OperatorCommand(build, variables, Console.Error, log).RunAsync(args);
    }

    /// <summary>Runs what <paramref name="args"/> ask for; answers the exit code.</summary>
    public async Task<int> RunAsync(string[] args)
    {
        var settings = new HostSettings();
        var root = new RootCommand(
            "Keeps TextOps' objects of a cluster. Each option may be given by the environment variable that its text names. "
            + "Exit codes: 0 stopped by SIGTERM or SIGINT, 1 failed (see the log), 2 told something wrong, 143 or 130 stopped by a second signal.");
        foreach (var setting in settings.All)
        {
            root.Options.Add(setting.Option);
        }

        root.SetAction((parsed, _) => ServeAsync(settings.Read(parsed, variables)));
        var parsed = root.Parse(args);
        try
        {
            if (parsed.Errors is [var first, ..])
            {
                throw new ConfigurationException($"{first.Message} See --help.");
            }

            // Signals are ours: stopping takes as long as running passes need.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (ConfigurationException problem)
        {
            await error.WriteLineAsync($"textops-operator: {problem.Message.ReplaceLineEndings(" ")}");
            return Misconfigured;
        }
    }

    private async Task<int> ServeAsync(HostOptions options)
    {
        using var loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(options.LogLevel)
            .AddProvider(new LineLoggerProvider(log, options.LogFormat, TimeProvider.System)));
        var logger = loggers.CreateLogger<OperatorCommand>();
        using var signals = new StopSignals(Environment.Exit, loggers.CreateLogger<StopSignals>());
        try
        {
            await using var plane = build(options, TimeProvider.System, loggers);
            await new OperatorHost(options, Version, loggers).RunAsync(plane, signals.Stop);
            return Stopped;
        }
        catch (Exception problem) when (problem is not ConfigurationException)
        {
            LogFailed(logger, problem);
            return Failed;
        }
    }

    [LoggerMessage(EventName = "OperatorFailed", Level = LogLevel.Critical, Message = "The operator cannot go on and ends")]
    private static partial void LogFailed(ILogger logger, Exception problem);
}
