using System.Buffers;
using System.Text.Json;
using TextOps.Crds.TrainingRuns;
using TextOps.Onnx.Embeddings;

namespace TextOps.Learning.Features;

/// <summary>Reads <c>featurizer.json</c>, which may come from anyone.</summary>
internal sealed class FeaturizerReader
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly string folder;
    private readonly int threads;
    private readonly List<IDisposable> owned = [];

    private FeaturizerReader(string folder, int threads) => (this.folder, this.threads) = (folder, threads);

    /// <summary>Reads the file of a folder, and loads the encoders beside it.</summary>
    public static LoadedFeaturizer Read(string folder, int threads)
    {
        var reader = new FeaturizerReader(folder, threads);
        try
        {
            using var document = Parse(Path.Combine(folder, FeaturePipeline.FileName));
            return reader.Read(new FeaturizerJson(FeaturePipeline.FileName, "", document.RootElement));
        }
        catch
        {
            reader.owned.ForEach(encoder => encoder.Dispose());
            throw;
        }
    }

    private static JsonDocument Parse(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelFormatException($"{path} is missing; a model's folder holds it");
        }

        using var stream = File.OpenRead(path);
        if (stream.Length > FeaturizerLimits.MaxBytes)
        {
            throw new ModelFormatException($"{path} has {stream.Length} bytes; at most {FeaturizerLimits.MaxBytes} are read");
        }

        try
        {
            return JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: the name of a field is half a character.
            throw new ModelFormatException($"{path} is not valid JSON: {failure.Message}", failure);
        }
    }

    private LoadedFeaturizer Read(FeaturizerJson root)
    {
        Expect(root["apiVersion"], FeaturizerLimits.ApiVersion);
        Expect(root["kind"], FeaturizerLimits.Kind);
        var textField = root["textField"].Text(FeaturizerLimits.MaxNameLength);
        var labels = root["labels"].Names(FeaturizerLimits.MinLabels, FeaturizerLimits.MaxLabels, FeaturizerLimits.MaxNameLength, "labels");
        var blocks = new List<PipelineBlock>();
        foreach (var item in root["blocks"].Items(1, FeaturizerLimits.MaxBlocks, "blocks"))
        {
            var block = BlockOf(item);
            blocks.Add(blocks.Exists(other => other.Name == block.Name) ? throw item["name"].Refused($"'{block.Name}' is the name of another block too") : block);
        }

        return new LoadedFeaturizer(new FeaturePipeline(blocks, owned), textField, labels);
    }

    private static void Expect(FeaturizerJson value, string expected)
    {
        if (value.Text(FeaturizerLimits.MaxNameLength) is var text && text != expected)
        {
            throw value.Refused($"must be {expected}, not {text}");
        }
    }

    private PipelineBlock BlockOf(FeaturizerJson item)
    {
        // The name is that of a folder too.
        var name = item["name"].Text(40);
        if (name.AsSpan().ContainsAnyExcept(NameCharacters) || name[0] == '-' || name[^1] == '-')
        {
            throw item["name"].Refused($"'{name}' must be lower-case letters, digits and '-'");
        }

        return item.Find("tfidf") is { } tfidf ? Tfidf(name, tfidf)
            : item.Find("numeric") is { } numeric ? Numeric(name, numeric)
            : item.Find("embedding") is { } embedding ? Embedding(name, embedding)
            : throw item.Refused("must have one of tfidf, numeric and embedding");
    }

    private static TfidfBlock Tfidf(string name, FeaturizerJson tfidf)
    {
        var settings = tfidf["settings"].Settings<TfidfFeatures>();
        if (settings.NgramMin < 1 || settings.NgramMax > FeaturizerLimits.MaxNgram)
        {
            throw tfidf["settings"].Refused($"asks for n-grams of {settings.NgramMin} to {settings.NgramMax}; 1 to {FeaturizerLimits.MaxNgram} are made");
        }

        var vocabulary = tfidf["vocabulary"].Names(1, FeaturizerLimits.MaxTerms, int.MaxValue, "terms");
        var expected = settings.UseIdf ? vocabulary.Length : 0;
        var idf = tfidf["idf"].Numbers(expected, $"numbers ({vocabulary.Length} terms, useIdf {settings.UseIdf})");
        return new TfidfBlock(name, TfidfVectorizer.Of(settings, vocabulary, idf));
    }

    private static NumericBlock Numeric(string name, FeaturizerJson numeric)
    {
        var settings = numeric["settings"].Settings<NumericFeatures>();
        var expected = NumericBlock.ColumnsOf(settings);
        var items = numeric["columns"].Items(1, FeaturizerLimits.MaxNumbers, "columns");
        if (items.Count != expected.Count)
        {
            throw numeric["columns"].Refused($"has {items.Count} columns, but the settings name {expected.Count}");
        }

        var columns = new List<NumericColumn>();
        foreach (var (item, (wanted, derived)) in items.Zip(expected))
        {
            Expect(item["name"], wanted);
            Expect(item["source"], derived is null ? FeaturizerLimits.Field : FeaturizerLimits.Derived);
            var scale = item["scale"].Number();
            columns.Add(new NumericColumn(
                wanted, derived, item["fill"].Number(), item["offset"].Number(), scale != 0 ? scale : throw item["scale"].Refused("must not be 0")));
        }

        return new NumericBlock(name, settings, columns);
    }

    private EmbeddingBlock Embedding(string name, FeaturizerJson embedding)
    {
        var dimensions = embedding["dimensions"].Whole(1, FeaturizerLimits.MaxDimensions);
        var encoder = EncoderFolder.Load(folder, name, embedding);
        owned.Add(encoder.Embedder);
        return encoder.Embedder.Dimensions == dimensions
            ? new EmbeddingBlock(name, encoder, takesVectors: false, dimensions, threads)
            : throw embedding["dimensions"].Refused($"is {dimensions}, but the encoder gives vectors of {encoder.Embedder.Dimensions}");
    }
}
