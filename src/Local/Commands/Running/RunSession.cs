using Spectre.Console;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Running;

/// <summary>
/// Follows objects until nothing goes on any more. Where one of them serves then, it stays: manifests that change on disk are applied, what comes of it is shown, until it is ended.
/// </summary>
/// <param name="look">How the objects stand now.</param>
/// <param name="apply">Applies an object whose manifest has changed.</param>
/// <param name="watch">The manifests.</param>
/// <param name="report">What is said each time when nothing goes on any more.</param>
/// <param name="console">Where the objects are shown meanwhile.</param>
/// <param name="stays">Whether to stay where an object serves.</param>
internal sealed class RunSession(
    Func<CancellationToken, Task<IReadOnlyList<ObjectView>>> look,
    Func<ManifestObject, CancellationToken, Task> apply,
    ManifestWatch watch,
    RunReport report,
    IAnsiConsole console,
    TextWriter error,
    bool stays,
    TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    // An object that another one's version sets going is looked at by its controller a moment after that version is there.
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WaitsInVain = TimeSpan.FromSeconds(10);

    /// <summary>Follows them; answers the exit code, or stays until it is cancelled.</summary>
    /// <returns>0 where all are as they should be, 1 where one needs a person or waits in vain, and nothing serves.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public async Task<int> FollowAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ObjectView> views;
        using (var display = RunDisplay.For(console, time))
        {
            views = await SettleAsync(display, cancellationToken);
        }

        var code = await report.WriteAsync(views);
        if (!stays || !views.Any(view => view.IsServing))
        {
            return code;
        }

        IsServing = true;
        await StayAsync(views, cancellationToken);
        return 0;
    }

    /// <summary>Whether everything was settled and something serves: the end of it is no interruption then.</summary>
    public bool IsServing { get; private set; }

    private async Task StayAsync(IReadOnlyList<ObjectView> views, CancellationToken cancellationToken)
    {
        var output = console.Profile.Out.Writer;
        const string Until = "serving until Ctrl-C; manifests that change are applied";
        await output.WriteLineAsync($"\n{Until}");
        await output.FlushAsync(cancellationToken);
        using var display = RunDisplay.Plain(output, time, views);
        while (true)
        {
            await Task.Delay(WatchInterval, time, cancellationToken);
            await ApplyAsync(cancellationToken);
            views = await look(cancellationToken);
            display.Show(views);
            if (views.Any(view => !IsQuiet(view)))
            {
                views = await SettleAsync(display, cancellationToken);
                await report.WriteAsync(views);
                await output.WriteLineAsync($"\n{Until}");
                await output.FlushAsync(cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<ObjectView>> SettleAsync(RunDisplay display, CancellationToken cancellationToken)
    {
        var (busy, watched) = (time.GetTimestamp(), time.GetTimestamp());
        while (true)
        {
            var views = await look(cancellationToken);
            display.Show(views);
            if (views.Any(view => !IsQuiet(view)))
            {
                busy = time.GetTimestamp();
            }
            else if (time.GetElapsedTime(busy) >= Patience(views))
            {
                return views;
            }

            await Task.Delay(Refresh, time, cancellationToken);
            if (stays && time.GetElapsedTime(watched) >= WatchInterval)
            {
                watched = time.GetTimestamp();
                await ApplyAsync(cancellationToken);
            }
        }
    }

    private async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var changes = watch.Look();
        foreach (var problem in changes.Errors)
        {
            await error.WriteLineAsync($"textops: not applied: {Printable.OneLine(problem.ToString(), 4096)}");
        }

        foreach (var title in changes.Gone)
        {
            await error.WriteLineAsync($"textops: {title} is no longer in the manifests; it stays as it is");
        }

        foreach (var changed in changes.Changed)
        {
            await apply(changed, cancellationToken);
            await console.Profile.Out.Writer.WriteLineAsync($"{changed.Title} is applied as {Printable.OneLine(changed.File, 4096)} has it now");
        }
    }

    private static bool IsQuiet(ObjectView view) => view.IsOver || view.IsWaiting;

    /// <summary>How long nothing must have been under way for the end to be believed.</summary>
    private static TimeSpan Patience(IReadOnlyList<ObjectView> views) =>
        views.Any(view => view.IsWaiting) ? WaitsInVain
        : views.Count > 1 && views.Any(view => view.IsFollower) ? Settles
        : TimeSpan.Zero;
}
