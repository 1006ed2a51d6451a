using System.Security.Cryptography;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Features;

/// <summary>The files of a saved encoder, which are loaded only when they are exactly those that <c>featurizer.json</c> lists.</summary>
internal static class EncoderFolder
{
    /// <summary>Loads an encoder.</summary>
    /// <param name="root">The folder of <c>featurizer.json</c>.</param>
    /// <param name="embedding">What <c>featurizer.json</c> says of the block.</param>
    public static PipelineEncoder Load(string root, string block, FeaturizerJson embedding)
    {
        var settings = embedding["settings"].Settings<EmbeddingModel>();
        if (settings.Prompt is { Length: > FeaturizerLimits.MaxPromptLength } prompt)
        {
            throw embedding["settings"].Refused($"has a prompt of {prompt.Length} characters; at most {FeaturizerLimits.MaxPromptLength} are taken");
        }

        var files = FilesOf(embedding["files"]);
        var folder = Path.Combine(root, FeaturePipeline.EncodersFolder, block);
        if (ModelPath.FirstLink(root, $"{FeaturePipeline.EncodersFolder}/{block}") is { } link)
        {
            throw embedding.Refused($"cannot be trusted: {Path.Combine(root, link)} is a link");
        }

        Compare(folder, files, embedding["files"]);
        return new PipelineEncoder(settings, folder, [.. files.Keys], SentenceEmbedder.Load(folder, settings.ToEmbedderOptions()));
    }

    /// <summary>Digest by path.</summary>
    private static SortedDictionary<string, string> FilesOf(FeaturizerJson files)
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files.Value.ValueKind == System.Text.Json.JsonValueKind.Object ? files.Value.EnumerateObject() : throw files.Refused("must be an object"))
        {
            if (digests.Count == FeaturizerLimits.MaxEncoderFiles)
            {
                throw files.Refused($"names more than {FeaturizerLimits.MaxEncoderFiles} files");
            }

            if (!ModelPath.IsInside(file.Name))
            {
                throw files.Refused($"names '{file.Name}', which is not a path inside the encoder's folder");
            }

            digests.Add(file.Name, files[file.Name].Text(64));
        }

        return digests;
    }

    private static void Compare(string folder, SortedDictionary<string, string> digests, FeaturizerJson files)
    {
        // A file that is not listed could steer what the listed ones mean.
        if (Directory.Exists(folder))
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
            {
                var relative = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
                if (ModelPath.FirstLink(folder, relative) is { } link)
                {
                    throw files.Refused($"cannot be trusted: {Path.Combine(folder, link)} is a link");
                }

                if (!Directory.Exists(path) && !digests.ContainsKey(relative))
                {
                    throw files.Refused($"does not name {path}; remove that file");
                }
            }
        }

        foreach (var (file, expected) in digests)
        {
            var path = Path.Combine(folder, file);
            if (!File.Exists(path))
            {
                throw files.Refused($"names {file}, but {path} does not exist");
            }

            using var stream = File.OpenRead(path);
            if (Convert.ToHexStringLower(SHA256.HashData(stream)) is var digest && digest != expected)
            {
                throw files.Refused($"says that {file} has the SHA-256 {expected}, but {path} has {digest}");
            }
        }
    }
}
