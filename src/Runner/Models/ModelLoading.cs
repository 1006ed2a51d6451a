using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Models;
using TextOps.Artifacts.Stores;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Tasks;
using TextOps.Tokenizers;

namespace TextOps.Runner.Models;

/// <summary>Models of tasks: pinned by the digests of their files when a version is planned, and loaded only if these still hold.</summary>
internal static class ModelLoading
{
    /// <summary>Pins the model and loads it, to know that it works and what it makes.</summary>
    /// <param name="field">The field that names it, for messages.</param>
    /// <exception cref="TaskRefusedException">There is no such model, or it cannot be used.</exception>
    public static async Task<(PinnedModel Pinned, ISentenceEmbedder Embedder)> PinAsync(EmbeddingModel settings, CancellationToken cancellationToken, string field = "spec.model")
    {
        try
        {
            var folder = await ModelFolder.OpenAsync(settings.Uri, cancellationToken);
            var options = settings.ToEmbedderOptions();
            var files = await ModelFiles.DigestAsync(folder, SentenceEmbedder.FilesOf(folder, options), cancellationToken);
            var embedder = SentenceEmbedder.Load(folder, options);
            var pinned = new PinnedModel
            {
                Uri = FileUri.FromPath(folder),
                Settings = settings,
                Files = files,
                Dimensions = embedder.Dimensions,
                MaxTokens = embedder.MaxTokens,
            };
            return (pinned, embedder);
        }
        catch (StoreRefusedException error)
        {
            throw Refused(field, error.Message, error);
        }
        catch (Exception error) when (error is ModelFormatException or TokenizerFormatException)
        {
            throw Refused(field, $"{error.Message}; mend the model's files, or name another model", error);
        }
    }

    /// <summary>Loads a pinned model after its files were compared with the pinned digests.</summary>
    /// <param name="field">The field that names it, for messages.</param>
    /// <exception cref="TaskRefusedException">The model has changed since the version was planned, or it cannot be used.</exception>
    public static async Task<ISentenceEmbedder> LoadAsync(PinnedModel pinned, CancellationToken cancellationToken, string field = "spec.model")
    {
        try
        {
            var folder = await ModelFolder.OpenAsync(pinned.Uri, cancellationToken);
            var options = pinned.Settings.ToEmbedderOptions();
            await ModelFiles.VerifyAsync(folder, pinned.Files, cancellationToken);

            // A file that was added may change how the others are used.
            var added = SentenceEmbedder.FilesOf(folder, options).Where(file => !pinned.Files.ContainsKey(file)).ToList();
            return added.Count == 0
                ? SentenceEmbedder.Load(folder, options)
                : throw new StoreRefusedException($"file {added[0]} was added to {folder} since the version was planned; remove it, or plan a new version");
        }
        catch (StoreRefusedException error)
        {
            throw Refused(field, error.Message, error);
        }
        catch (Exception error) when (error is ModelFormatException or TokenizerFormatException)
        {
            throw Refused(field, $"{error.Message}; mend the model's files, or name another model", error);
        }
    }

    private static TaskRefusedException Refused(string field, string message, Exception error) => new(TaskErrorReasons.InvalidSpec, $"{field}: {message}", error);
}
