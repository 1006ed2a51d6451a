using Microsoft.Extensions.Logging;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.Tasks;
using TextOps.Learning.Models;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Serve;

/// <summary>A model that was obtained, verified and loaded, with what goes on being done for it.</summary>
internal sealed class LoadedModel : IAsyncDisposable
{
    private readonly VersionPin? pin;
    private readonly string? scratch;

    private LoadedModel(ServedModel served, VersionPin? pin, string? scratch) => (Served, this.pin, this.scratch) = (served, pin, scratch);

    /// <summary>The model.</summary>
    public ServedModel Served { get; }

    /// <summary>Obtains the files that a task or the command line names, verifies and loads them.</summary>
    /// <param name="task">The task; null for a model that is served alone.</param>
    /// <param name="needsToken">Whether requests need a token.</param>
    public static async Task<LoadedModel> LoadAsync(ServeOptions options, ServeTask? task, bool needsToken, TimeProvider time, ILogger log, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        VersionPin? held = null;
        string? copy = null;
        try
        {
            ModelSource source;
            if (task is null)
            {
                source = await ModelSource.OpenAsync(options.Model!, options.Name, cancellationToken);
            }
            else
            {
                var registry = new ModelRegistry(ObjectStores.Open(task.Output.Uri, time));
                held = new VersionPin(registry, task, time, log);
                await held.StartAsync(cancellationToken);
                copy = Path.Combine(Path.GetTempPath(), $"textops-serve-{Environment.GetEnvironmentVariable(ServeEnvironment.PodName) ?? $"{Environment.ProcessId}"}");
                source = await ModelSource.DownloadAsync(task, registry, copy, cancellationToken);
            }

            var served = new ServedModel
            {
                Name = source.Name,
                Version = source.Version,
                Stage = task?.Stage,
                Digest = source.Registered?.Digest,
                Card = source.Registered?.Card,
                Limits = task?.Serving ?? options.Serving,
                NeedsToken = needsToken,
                Model = TextModels.Load(source.Folder, new TextModelOptions { Threads = options.Threads, Precision = options.Precision, Kind = KindOf(source.Registered?.Card) }),
            };
            var seconds = Math.Round(time.GetElapsedTime(begin).TotalSeconds, 3);
            log.ModelLoaded(served.Name, served.Version, seconds, served.Model.Kind, options.Threads, served.Limits.MaxBatchTokens ?? served.Model.PreferredBatchTokens);
            return new LoadedModel(served, held, copy);
        }
        catch
        {
            await EndAsync(held, copy);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Served.Model.Dispose();
        await EndAsync(pin, scratch);
    }

    /// <summary>What the card says; null lets the folder say it.</summary>
    private static TextModelKind? KindOf(ModelCard? card) => card?.Task switch
    {
        ModelTask.TextClassification => TextModelKind.TextClassification,
        ModelTask.SentenceSimilarity => TextModelKind.SentenceSimilarity,
        ModelTask.TextRanking => TextModelKind.TextRanking,
        _ => null,
    };

    private static async Task EndAsync(VersionPin? pin, string? scratch)
    {
        if (pin is not null)
        {
            await pin.DisposeAsync();
        }

        if (scratch is not null && Directory.Exists(scratch))
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
