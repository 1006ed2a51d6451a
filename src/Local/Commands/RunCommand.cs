using System.CommandLine;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using TextOps.Kubernetes.Client;
using TextOps.Local.Commands.Kinds;
using TextOps.Local.Commands.Running;
using TextOps.Local.Display;

namespace TextOps.Local.Commands;

/// <summary><c>textops run -f FILE|DIR</c>: applies manifests to the cluster of local mode and stays until all of them are done, or serves what they deploy.</summary>
internal sealed class RunCommand(string[] files, string store, string @namespace, bool stays, IAnsiConsole console)
{
    private const int MaxConflicts = 20;

    public static Command Create()
    {
        var files = CommonOptions.Files();
        var store = CommonOptions.Store();
        var @namespace = CommonOptions.Namespace();
        var logLevel = CommonOptions.LogLevel();
        var exit = new Option<bool>("--exit-when-settled") { Description = "Do not stay to serve a ModelDeployment: end as soon as nothing goes on any more." };
        var command = new Command("run", "Applies manifests and runs them here, without a cluster: same controllers, runners as child processes. Where a ModelDeployment serves, it stays until Ctrl-C and applies "
            + "manifests that change. Exit code 0 when all are done, 1 when one stalls (a failed gate is that, too) or waits for what nothing here makes, 2 when a manifest is wrong, "
            + "130 on Ctrl-C before that (run again to resume).")
        { files, store, @namespace, logLevel, exit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var logs = LocalLog.Create(parsed.GetValue(logLevel)!);
            var run = new RunCommand(
                parsed.GetRequiredValue(files), parsed.GetRequiredValue(store), parsed.GetRequiredValue(@namespace), !parsed.GetValue(exit), AnsiConsole.Console);
            return await run.ExecuteAsync(logs, cancellationToken);
        });
        return command;
    }

    private async Task<int> ExecuteAsync(ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var manifests = ManifestFiles.Read(files, @namespace);
        var watch = new ManifestWatch(files, @namespace, manifests);
        var runner = RunnerProgram.Find();
        await using var local = LocalStore.Open(store);
        foreach (var damaged in local.Damaged)
        {
            await Console.Error.WriteLineAsync($"textops: skipped a damaged object: {damaged}");
        }

        await using var plane = new LocalControlPlane(local, runner, logs);
        var applied = new List<ManifestObject>();
        var report = new RunReport(store, Console.Out, Console.Error, TimeProvider.System);
        var session = new RunSession(LookAsync, ApplyAsync, watch, report, console, Console.Error, stays, TimeProvider.System);
        try
        {
            foreach (var manifest in manifests)
            {
                await ApplyAsync(manifest, cancellationToken);
            }

            await plane.StartAsync(cancellationToken);
            return await session.FollowAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(session.IsServing
                ? "textops: stopped; the same command serves again"
                : "textops: stopped; whole parts are kept, run the same command again to resume");
            return session.IsServing ? 0 : 130;
        }

        async Task ApplyAsync(ManifestObject manifest, CancellationToken cancel)
        {
            // While the controllers run, one of them may write the object's status between reading and writing.
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await LocalKind.Of(manifest.Entity).ApplyAsync(local.Cluster, manifest.Entity, TimeProvider.System, cancel);
                    break;
                }
                catch (KubernetesException conflict) when (conflict.IsConflict && attempt < MaxConflicts)
                {
                }
            }

            var index = applied.FindIndex(one => one.Title == manifest.Title);
            if (index < 0)
            {
                applied.Add(manifest);
            }
            else
            {
                applied[index] = manifest;
            }
        }

        async Task<IReadOnlyList<ObjectView>> LookAsync(CancellationToken cancel)
        {
            var views = new List<ObjectView>();
            foreach (var one in applied)
            {
                views.Add(await LocalKind.Of(one.Entity).ViewAsync(plane, local.Cluster, one, cancel) ?? throw new UsageException($"{one.Title} was deleted while it ran"));
            }

            return views;
        }
    }
}
