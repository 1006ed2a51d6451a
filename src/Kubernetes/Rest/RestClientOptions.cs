using TextOps.Crds;

namespace TextOps.Kubernetes.Rest;

/// <summary>How a <see cref="RestKubernetesClient"/> asks.</summary>
public sealed record RestClientOptions
{
    /// <summary>Who writes, as the server notes it in managedFields; server-side apply names its own.</summary>
    public string FieldManager { get; init; } = ApiGroup.FieldManager;

    /// <summary>What the server does about unknown and doubled fields of what is written: <c>Strict</c> (400), <c>Warn</c>; null: its default. Servers before 1.25 ignore it.</summary>
    public string? FieldValidation { get; init; }

    /// <summary>How long one try of a call may take, until the last byte of the answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for one page of a list.</summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A watch without a byte for so long is dead: servers send a bookmark about each minute.</summary>
    public TimeSpan WatchIdleTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Longest event of a watch, in bytes. The largest object that etcd takes by default has 1.5 MiB.</summary>
    public int MaxEventBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Largest answer that is no watch, in bytes.</summary>
    public int MaxAnswerBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Objects of a page of a list.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Calls per second over a long time; the start of a watch is one.</summary>
    public double CallsPerSecond { get; init; } = 50;

    /// <summary>Calls that may come at once after a pause.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>How often a call is tried at most.</summary>
    public int MaxTries { get; init; } = 5;

    /// <summary>What cannot work; null where all can.</summary>
    internal string? Problem()
    {
        ReadOnlySpan<(string Name, double Value)> numbers =
        [
            (nameof(Timeout), Timeout.TotalSeconds),
            (nameof(ListTimeout), ListTimeout.TotalSeconds),
            (nameof(WatchIdleTimeout), WatchIdleTimeout.TotalSeconds),
            (nameof(MaxEventBytes), MaxEventBytes),
            (nameof(MaxAnswerBytes), MaxAnswerBytes),
            (nameof(PageSize), PageSize),
            (nameof(CallsPerSecond), CallsPerSecond),
            (nameof(Burst), Burst),
            (nameof(MaxTries), MaxTries),
        ];
        foreach (var (name, value) in numbers)
        {
            if (!(value > 0))
            {
                return $"{nameof(RestClientOptions)}.{name} ({value}) must be more than 0";
            }
        }

        return null;
    }
}
