using TextOps.Crds.EmbeddingJobs;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Features;

/// <summary>The frozen model of an embedding block.</summary>
/// <param name="Settings">How it is loaded.</param>
/// <param name="Folder">Where its files lie.</param>
/// <param name="Files">The files that it is made of, relative to the folder with forward slashes (<see cref="SentenceEmbedder.FilesOf"/>); they are saved with the pipeline.</param>
/// <param name="Embedder">The model, loaded from the folder with the settings.</param>
public sealed record PipelineEncoder(EmbeddingModel Settings, string Folder, IReadOnlyList<string> Files, ISentenceEmbedder Embedder);
