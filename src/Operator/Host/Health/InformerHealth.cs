using System.Globalization;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Host.Health;

/// <summary>Checks of informers: an operator whose watch is frozen looks busy and sees nothing.</summary>
internal static class InformerHealth
{
    /// <summary>
    /// An informer may be silent for so long. A server sends a bookmark about each minute, and a watch that stays silent is opened anew well before; so who
    /// heard nothing for this long will hear nothing.
    /// </summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(10);

    /// <summary>Whether it was active lately: the server sent something, or was asked anew because it was away.</summary>
    public static HealthCheck Live(IInformer informer, TimeProvider time) => new($"informer {informer.Type.GroupResource}", () =>
    {
        var silence = time.GetUtcNow() - informer.LastActivity;
        var message = string.Create(CultureInfo.InvariantCulture, $"last active {Math.Max(0, Math.Floor(silence.TotalSeconds))} s ago");
        return silence <= LongestSilence ? HealthState.Well(message) : HealthState.Ill($"{message}, longest allowed {LongestSilence.TotalSeconds} s");
    });

    /// <summary>Whether all objects are known.</summary>
    public static HealthCheck Synced(IInformer informer) => new($"informer {informer.Type.GroupResource}", () =>
        informer.WaitForSyncAsync(CancellationToken.None).IsCompletedSuccessfully
            ? HealthState.Well("knows all objects")
            : HealthState.Ill("waits for its first list; where that lasts, look for refused calls in the log"));
}
