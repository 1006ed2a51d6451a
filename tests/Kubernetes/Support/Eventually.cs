using System.Diagnostics;

namespace TextOps.Kubernetes.Tests.Support;

/// <summary>Polls until something holds; fails after a deadline with the last state seen.</summary>
internal static class Eventually
{
    // A garbage collector that has just started looks only every 30 seconds for kinds that are new to it.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    public static async Task<T> HoldsAsync<T>(string what, Func<Task<T>> look, Func<T, bool> holds)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var seen = await look();
            if (holds(seen))
            {
                return seen;
            }

            Assert.True(watch.Elapsed < Deadline, $"{what}: not so after {Deadline}; last seen: {seen?.ToString() ?? "nothing"}");
            await Task.Delay(10);
        }
    }

    public static Task HoldsAsync(string what, Func<bool> holds) => HoldsAsync(what, () => Task.FromResult(holds()), held => held);

    /// <summary>Awaits a signal that has to come.</summary>
    public static async Task<T> ComesAsync<T>(Task<T> signal) => await signal.WaitAsync(Deadline);

    /// <inheritdoc cref="ComesAsync{T}"/>
    public static Task ComesAsync(Task signal) => signal.WaitAsync(Deadline);
}
