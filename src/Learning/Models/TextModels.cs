using TextOps.Learning.Features;
using TextOps.Onnx.CrossEncoders;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Models;

/// <summary>Loads a model of any kind.</summary>
public static class TextModels
{
    /// <summary>Loads a model folder, which is not trusted, and runs the model once.</summary>
    /// <exception cref="ModelFormatException">A file is missing, damaged or asks for something that is not implemented; the message names file and field.</exception>
    /// <exception cref="DllNotFoundException">ONNX Runtime's native library is not beside the program.</exception>
    public static ITextModel Load(string folder, TextModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return (options.Kind ?? KindOf(folder)) switch
        {
            TextModelKind.TextClassification => TextClassifier.Load(folder, options),
            TextModelKind.TextRanking => TextRanker.Load(folder, options),
            _ => TextEmbedder.Load(folder, options),
        };
    }

    /// <summary>The files of a folder that <see cref="Load"/> reads of an embedding model or cross-encoder with these options: relative paths with forward slashes, sorted.</summary>
    /// <exception cref="ModelFormatException">A file is missing, damaged or asks for something that is not implemented; or it is a classifier, whose files its card lists.</exception>
    public static IReadOnlyList<string> FilesOf(string folder, TextModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return (options.Kind ?? KindOf(folder)) switch
        {
            TextModelKind.TextClassification => throw new ModelFormatException($"{Path.GetFullPath(folder)} is a trained classifier; its files are those that its card (model.json) lists"),
            TextModelKind.TextRanking => CrossEncoder.FilesOf(folder, TextRanker.OptionsOf(options)),
            _ => SentenceEmbedder.FilesOf(folder, TextEmbedder.OptionsOf(options)),
        };
    }

    /// <summary>
    /// What kind of model a folder holds: a classifier of ours has <c>featurizer.json</c>; a cross-encoder a <c>config.json</c> of a sequence classifier, and no <c>modules.json</c>; anything else
    /// is taken for an embedding model.
    /// </summary>
    /// <exception cref="ModelFormatException"><c>config.json</c> is damaged.</exception>
    public static TextModelKind KindOf(string folder) =>
        File.Exists(Path.Combine(folder, FeaturePipeline.FileName)) ? TextModelKind.TextClassification
        : !File.Exists(Path.Combine(folder, "modules.json")) && CrossEncoder.IsDescribedBy(folder) ? TextModelKind.TextRanking
        : TextModelKind.SentenceSimilarity;
}
