using System.CommandLine;
using Spectre.Console;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Generator;
using TextOps.Local.Display;
using TextOps.Operator.EmbeddingJobs;

namespace TextOps.Local.Commands;

/// <summary><c>textops run -f FILE|DIR</c>: applies manifests to the cluster of local mode and stays until all of them are done.</summary>
internal sealed class RunCommand(string[] files, string store, string @namespace, IAnsiConsole console)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var files = CommonOptions.Files();
        var store = CommonOptions.Store();
        var @namespace = CommonOptions.Namespace();
        var logLevel = CommonOptions.LogLevel();
        var command = new Command("run", "Applies manifests and runs them here, without a cluster: same controllers, runners as child processes. Exit code 0 when all are done, "
            + "1 when one stalls, 2 when a manifest is wrong, 130 on Ctrl-C (run again to resume).")
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
        var jobs = ManifestFiles.Read(files, @namespace);
        var runner = RunnerProgram.Find();
        await using var local = LocalStore.Open(store);
        foreach (var damaged in local.Damaged)
        {
            await Console.Error.WriteLineAsync($"textops: skipped a damaged object: {damaged}");
        }

        await using var plane = new LocalControlPlane(local, runner, logs);
        try
        {
            var applied = new List<EmbeddingJob>();
            foreach (var job in jobs)
            {
                applied.Add(await ManifestApplier.ApplyAsync(local.Cluster, job, TimeProvider.System, cancellationToken));
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

    private async Task<IReadOnlyList<RunView>> FollowAsync(LocalControlPlane plane, LocalStore local, List<EmbeddingJob> applied, CancellationToken cancellationToken)
    {
        using var display = RunDisplay.For(console, TimeProvider.System);
        while (true)
        {
            var views = new List<RunView>();
            foreach (var job in applied)
            {
                var now = await local.Cluster.GetAsync<EmbeddingJob>(job.Metadata.Name!, job.Metadata.Namespace, cancellationToken)
                    ?? throw new UsageException($"EmbeddingJob {job.Metadata.Namespace}/{job.Metadata.Name} was deleted while it ran");
                var seen = await plane.ObserveAsync(now, cancellationToken);
                var time = TimeProvider.System.GetUtcNow();
                views.Add(new RunView(now, EmbeddingJobTally.Of(seen, EmbeddingJobDecision.Decide(seen, time), time).Counts));
            }

            display.Show(views);
            if (views.TrueForAll(view => view.IsOver))
            {
                return views;
            }

            await Task.Delay(Refresh, cancellationToken);
        }
    }

    private static async Task<int> ReportAsync(IReadOnlyList<RunView> views)
    {
        var table = new ResourceTable(CustomResourceDefinitions.Of<EmbeddingJob>(), TimeProvider.System);
        await Console.Out.WriteLineAsync();
        await Console.Out.WriteAsync(table.Render(views.Select(view => ObjectJson.Of(view.Job)), wide: false, withNamespace: views.Any(view => view.Job.Metadata.Namespace != "default")));
        foreach (var view in views)
        {
            if (view is { IsReady: true, Job.Status.Output: { } output })
            {
                await Console.Out.WriteLineAsync($"\n{view.Name}: {view.Job.Status.Version} lies in {output}");
            }
            else if (view.Stalled is { Status: Crds.Meta.ConditionStatus.True } stalled)
            {
                await Console.Error.WriteLineAsync($"\ntextops: {view.Name}: {stalled.Reason}: {Printable.OneLine(stalled.Message, 4096)}");
            }
        }

        return views.Any(view => view.Stalled?.Status == Crds.Meta.ConditionStatus.True) ? 1 : 0;
    }
}
