using System.CommandLine;
using Spectre.Console;
using TextOps.Crds.Meta;
using TextOps.Local.Commands.Kinds;
using TextOps.Local.Display;

namespace TextOps.Local.Commands;

/// <summary><c>textops run -f FILE|DIR</c>: applies manifests to the cluster of local mode and stays until all of them are done.</summary>
internal sealed class RunCommand(string[] files, string store, string @namespace, IAnsiConsole console)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    // An object that another one's version starts is looked at by its controller a moment after that version is there.
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WaitsInVain = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var files = CommonOptions.Files();
        var store = CommonOptions.Store();
        var @namespace = CommonOptions.Namespace();
        var logLevel = CommonOptions.LogLevel();
        var command = new Command("run", "Applies manifests and runs them here, without a cluster: same controllers, runners as child processes. Exit code 0 when all are done, "
            + "1 when one stalls (a failed gate is that, too) or waits for what nothing here makes, 2 when a manifest is wrong, 130 on Ctrl-C (run again to resume).")
        { files, store, @namespace, logLevel };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var logs = LocalLog.Create(parsed.GetValue(logLevel)!);
            var run = new RunCommand(parsed.GetRequiredValue(files), parsed.GetRequiredValue(store), parsed.GetRequiredValue(@namespace), AnsiConsole.Console);
            return await run.ExecuteAsync(logs, cancellationToken);
        });
        return command;
    }

    private async Task<int> ExecuteAsync(Microsoft.Extensions.Logging.ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var manifests = ManifestFiles.Read(files, @namespace);
        var runner = RunnerProgram.Find();
        await using var local = LocalStore.Open(store);
        foreach (var damaged in local.Damaged)
        {
            await Console.Error.WriteLineAsync($"textops: skipped a damaged object: {damaged}");
        }

        await using var plane = new LocalControlPlane(local, runner, logs);
        try
        {
            var applied = new List<IKubernetesObject>();
            foreach (var manifest in manifests)
            {
                applied.Add(await LocalKind.Of(manifest).ApplyAsync(local.Cluster, manifest, TimeProvider.System, cancellationToken));
            }

            await plane.StartAsync(cancellationToken);
            var views = await FollowAsync(plane, local, applied, cancellationToken);
            return await ReportAsync(views);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("textops: stopped; whole parts are kept, run the same command again to resume");
            return 130;
        }
    }

    private async Task<IReadOnlyList<RunView>> FollowAsync(LocalControlPlane plane, LocalStore local, List<IKubernetesObject> applied, CancellationToken cancellationToken)
    {
        using var display = RunDisplay.For(console, TimeProvider.System);
        var busy = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var views = new List<RunView>();
            foreach (var entity in applied)
            {
                views.Add(await LocalKind.Of(entity).ViewAsync(plane, local.Cluster, entity, cancellationToken)
                    ?? throw new UsageException($"{entity.Kind} {entity.Metadata.Namespace}/{entity.Metadata.Name} was deleted while it ran"));
            }

            display.Show(views);
            if (views.Exists(view => view is { IsOver: false, IsWaiting: false }))
            {
                busy = TimeProvider.System.GetTimestamp();
            }
            else if (TimeProvider.System.GetElapsedTime(busy) >= Patience(views))
            {
                return views;
            }

            await Task.Delay(Refresh, cancellationToken);
        }
    }

    /// <summary>How long nothing must have been under way for the end to be believed.</summary>
    private static TimeSpan Patience(List<RunView> views) =>
        views.Exists(view => view.IsWaiting) ? WaitsInVain
        : views.Count > 1 && views.Exists(view => view.IsFollower) ? Settles
        : TimeSpan.Zero;

    private async Task<int> ReportAsync(IReadOnlyList<RunView> views)
    {
        foreach (var kind in views.GroupBy(view => LocalKind.Of(view.Entity)))
        {
            var table = new ResourceTable(kind.Key.Definition, TimeProvider.System);
            await Console.Out.WriteLineAsync();
            await Console.Out.WriteAsync(table.Render(kind.Select(view => ObjectJson.Of(view.Entity)), wide: false, withNamespace: views.Any(view => view.Entity.Metadata.Namespace != "default")));
        }

        foreach (var view in views)
        {
            if (view.IsReady && view.Outcome(store) is { Count: > 0 } lines)
            {
                await Console.Out.WriteLineAsync($"\n{string.Join('\n', lines.Select(line => Printable.OneLine(line, 8192)))}");
            }
            else if (view.IsStalled)
            {
                await Console.Error.WriteLineAsync($"\ntextops: {view.Name}: {view.Stalled!.Reason}: {Printable.OneLine(view.Stalled.Message, 4096)}");
            }
            else if (view.IsWaiting)
            {
                await Console.Error.WriteLineAsync($"\ntextops: {view.Name}: {view.Reason}: {Printable.OneLine(view.Message, 4096)}");
            }
        }

        return views.Any(view => view.IsStalled || view.IsWaiting) ? 1 : 0;
    }
}
