using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Learning.Families;

namespace TextOps.Learning.Features;

/// <summary>Writes <c>featurizer.json</c> (docs/training.md has its fields). Equal pipelines give equal bytes; numbers read back to the same bits.</summary>
internal static class FeaturizerWriter
{
    public static void Write(FeaturePipeline pipeline, string folder, string textField, IReadOnlyList<string> labels)
    {
        Check(textField, labels);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FeaturePipeline.FileName);
        using (var stream = File.Create(path))
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", FeaturizerLimits.ApiVersion);
            json.WriteString("kind", FeaturizerLimits.Kind);
            json.WriteString("textField", textField);
            json.WritePropertyName("labels");
            WriteTexts(json, labels);
            json.WriteStartArray("blocks");
            foreach (var block in pipeline.Blocks)
            {
                json.WriteStartObject();
                json.WriteString("name", block.Name);
                WriteBlock(json, block, folder);
                json.WriteEndObject();

                // What is written is kept in memory otherwise.
                json.Flush();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        var length = new FileInfo(path).Length;
        if (length > FeaturizerLimits.MaxBytes)
        {
            throw new TrainingException($"{path} has {length} bytes; at most {FeaturizerLimits.MaxBytes} can be loaded again; set tfidf.maxFeatures, or raise minDf");
        }
    }

    /// <summary>Refuses what could not be read back.</summary>
    private static void Check(string textField, IReadOnlyList<string> labels)
    {
        if (labels.Count is < FeaturizerLimits.MinLabels or > FeaturizerLimits.MaxLabels || labels.Distinct(StringComparer.Ordinal).Count() < labels.Count)
        {
            throw new TrainingException($"a model has {FeaturizerLimits.MinLabels} to {FeaturizerLimits.MaxLabels} labels that differ, not these {labels.Count}");
        }

        if (labels.Append(textField).FirstOrDefault(name => name.Length is 0 or > FeaturizerLimits.MaxNameLength) is { } name)
        {
            throw new TrainingException($"labels and the field of the text have 1 to {FeaturizerLimits.MaxNameLength} characters, but one has {name.Length}");
        }
    }

    private static void WriteBlock(Utf8JsonWriter json, PipelineBlock block, string folder)
    {
        switch (block)
        {
            case TfidfBlock { Vectorizer: var vectorizer }:
                json.WriteStartObject("tfidf");
                WriteSettings(json, vectorizer.Settings);
                json.WritePropertyName("vocabulary");
                WriteTexts(json, vectorizer.Vocabulary);
                json.WriteStartArray("idf");
                foreach (var idf in vectorizer.Idf)
                {
                    json.WriteNumberValue(idf);
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case NumericBlock numeric:
                json.WriteStartObject("numeric");
                WriteSettings(json, numeric.Settings);
                json.WriteStartArray("columns");
                foreach (var column in numeric.Numbers)
                {
                    json.WriteStartObject();
                    json.WriteString("name", column.Name);
                    json.WriteString("source", column.Derived is null ? FeaturizerLimits.Field : FeaturizerLimits.Derived);
                    json.WriteNumber("fill", column.Fill);
                    json.WriteNumber("offset", column.Offset);
                    json.WriteNumber("scale", column.Scale);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case EmbeddingBlock { Encoder: { } encoder }:
                json.WriteStartObject("embedding");
                WriteSettings(json, encoder.Settings);
                json.WriteNumber("dimensions", block.Columns);
                json.WriteStartObject("files");
                foreach (var file in encoder.Files.Order(StringComparer.Ordinal))
                {
                    json.WriteString(file, Copy(Path.Combine(encoder.Folder, file), Path.Combine(folder, FeaturePipeline.EncodersFolder, block.Name, file)));
                }

                json.WriteEndObject();
                json.WriteEndObject();
                break;
            default:
                throw new InvalidOperationException($"feature block '{block.Name}' was fitted without its encoder, so that the pipeline cannot be saved");
        }
    }

    private static void WriteSettings<T>(Utf8JsonWriter json, T settings)
    {
        json.WritePropertyName("settings");
        JsonSerializer.Serialize(json, settings, Json.Strict);
    }

    private static void WriteTexts(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>Copies a file.</summary>
    /// <returns>The SHA-256 of what was copied.</returns>
    private static string Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to, overwrite: true);
        using var copied = File.OpenRead(to);
        return Convert.ToHexStringLower(SHA256.HashData(copied));
    }
}
