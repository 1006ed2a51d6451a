using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features;
using TextOps.Runner.Models;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Prepare;

/// <summary>The frozen models of embedding blocks, each loaded and pinned by the digests of its files.</summary>
internal sealed class BlockEncoders : IDisposable
{
    private readonly Dictionary<string, PipelineEncoder> encoders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> digests = new(StringComparer.Ordinal);

    private BlockEncoders()
    {
    }

    /// <summary>By block.</summary>
    public IReadOnlyDictionary<string, PipelineEncoder> Encoders => encoders;

    /// <summary>By block, SHA-256 of the model's files by path.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Digests => digests;

    /// <summary>Loads the models of <paramref name="blocks"/>.</summary>
    /// <param name="plan">How the dataset's vectors were made; null where it has none. Its model is that of blocks without one.</param>
    /// <exception cref="TaskRefusedException">A model is missing, has changed or cannot be used.</exception>
    public static async Task<BlockEncoders> LoadAsync(IReadOnlyList<FeatureBlock> blocks, VersionPlan? plan, CancellationToken cancellationToken)
    {
        var loaded = new BlockEncoders();
        try
        {
            foreach (var block in blocks.Where(block => block.Embedding is not null))
            {
                await loaded.AddAsync(block, plan, cancellationToken);
            }

            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var encoder in encoders.Values)
        {
            encoder.Embedder.Dispose();
        }
    }

    private async Task AddAsync(FeatureBlock block, VersionPlan? plan, CancellationToken cancellationToken)
    {
        var field = $"spec.features[{block.Name}].embedding.model";
        var (pinned, embedder) = block.Embedding!.Model is { } model
            ? await ModelLoading.PinAsync(model, cancellationToken, field)
            : plan is not null ? (plan.Model, await ModelLoading.LoadAsync(plan.Model, cancellationToken, field))
            : throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec, $"{field} is not given, and the dataset has no vectors; give a model, or take spec.dataset.embeddings in place of spec.dataset.source");
        encoders.Add(block.Name, new PipelineEncoder(pinned.Settings, FileUri.ToPath(pinned.Uri), [.. pinned.Files.Keys], embedder));
        digests.Add(block.Name, pinned.Files);
    }
}
