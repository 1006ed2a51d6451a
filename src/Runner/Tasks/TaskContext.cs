using Microsoft.Extensions.Logging;
using TextOps.Artifacts.Stores;
using TextOps.Runner.Logging;
using TextOps.Runner.Progress;

namespace TextOps.Runner.Tasks;

/// <summary>What a verb is given beside its task.</summary>
internal sealed record TaskContext
{
    /// <summary>The log.</summary>
    public required ILogger Log { get; init; }

    /// <summary>What every log line says of the task.</summary>
    public required TaskProperties Properties { get; init; }

    /// <summary>Where the verb counts what it does.</summary>
    public required ProgressMeter Progress { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>How many threads may compute.</summary>
    public required int Threads { get; init; }

    /// <summary>Opens the registry's store, by its URI.</summary>
    public Func<string, TimeProvider, IObjectStore> OpenStore { get; init; } = ObjectStores.Open;
}
