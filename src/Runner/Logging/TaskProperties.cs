using Serilog.Core;
using Serilog.Events;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Logging;

/// <summary>What every log line says of the task; a field appears from the moment on that it is known.</summary>
internal sealed class TaskProperties : ILogEventEnricher
{
    private volatile LogEventProperty[] properties = [];

    /// <summary>Sets the fields to those of <paramref name="task"/>.</summary>
    public void Set(TaskDocument task) => Set(task, task switch
    {
        EmbedTask embed => embed.Version,
        CommitTask commit => commit.Version,
        GateTask gate => gate.Version,
        ServeTask serve => serve.Version,
        _ => null,
    });

    /// <summary>Sets the fields to those of <paramref name="task"/>, which makes version <paramref name="version"/>.</summary>
    public void Set(TaskDocument task, int? version)
    {
        List<LogEventProperty> known =
        [
            Property("job", task.Owner.Name),
            Property("namespace", task.Owner.Namespace),
            Property("run", task.RunId),
        ];
        if (version is { } number)
        {
            known.Add(Property("version", number));
        }

        if (task is EmbedTask embed)
        {
            known.Add(Property("shard", embed.Shard));
        }

        if (task is ServeTask serve)
        {
            known.Add(Property("stage", serve.Stage));
        }

        properties = [.. known];
    }

    /// <inheritdoc/>
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        foreach (var property in properties)
        {
            logEvent.AddOrUpdateProperty(property);
        }
    }

    private static LogEventProperty Property(string name, object value) => new(name, new ScalarValue(value));
}
