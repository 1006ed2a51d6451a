using TextOps.Tokenizers;

namespace TextOps.Onnx.Embeddings;

/// <summary>
/// A sentence-transformers folder as its JSON files describe it (sbert.net, "Custom Models"; <c>modules.json</c> lists the modules in order), with the
/// caller's options applied. Without <c>modules.json</c> it is what sentence-transformers makes of a plain Hugging Face model: mean pooling, not normalised.
/// </summary>
internal sealed record ModelFolder
{
    /// <summary>Absolute path of the folder.</summary>
    public required string Root { get; init; }

    /// <summary>Where tokenizer, configuration and graph lie, relative to the root; empty for the root itself.</summary>
    public required string TransformerPath { get; init; }

    public required Pooling Pooling { get; init; }

    public required bool Normalize { get; init; }

    /// <summary>Longest input in tokens, special ones included.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Text put before every input; may be empty.</summary>
    public required string Prompt { get; init; }

    /// <summary>Vector length that the files promise, and where; null where they are silent.</summary>
    public required (int Length, string Source)? Dimensions { get; init; }

    /// <summary>The JSON files that were read, relative to the root, with forward slashes.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Absolute path of <c>tokenizer.json</c>.</summary>
    public string Tokenizer => Path.Combine(Root, TransformerPath, "tokenizer.json");

    /// <summary>Reads a folder.</summary>
    /// <exception cref="ModelFormatException">A file is missing, damaged or asks for something that is not implemented.</exception>
    public static ModelFolder Read(string folder, SentenceEmbedderOptions options)
    {
        var root = Path.GetFullPath(folder);
        if (!Directory.Exists(root))
        {
            throw new ModelFormatException($"the model folder {root} does not exist");
        }

        var reader = new Reader(root);
        var modules = ModelModules.Read(root);
        if (modules.Declared)
        {
            reader.Files.Add("modules.json");
        }

        var (pooling, poolingLength) = modules.PoolingPath is { } path ? PoolingOf(reader, path, options) : (options.Pooling ?? Pooling.Mean, null);
        var config = reader.Object(modules.TransformerPath, "config.json");
        var hidden = config?.Count("hidden_size");
        if (poolingLength is { } promised && hidden is { } actual && promised.Length != actual)
        {
            throw new ModelFormatException($"{promised.Source} ({promised.Length}) and hidden_size of config.json ({actual}) disagree");
        }

        var folderRead = new ModelFolder
        {
            Root = root,
            TransformerPath = modules.TransformerPath,
            Pooling = pooling,
            Normalize = options.Normalize ?? modules.Normalize,
            Prompt = PromptOf(reader, options),
            MaxTokens = MaxTokensOf(reader, modules.TransformerPath, config, options),
            Dimensions = poolingLength ?? (hidden is { } length ? (length, "hidden_size of config.json") : null),
            Files = reader.Files,
        };
        if (!File.Exists(folderRead.Tokenizer))
        {
            throw new ModelFormatException($"{folderRead.Tokenizer} is missing; a fast tokenizer's file (Hugging Face tokenizers) is needed");
        }

        return folderRead with { Files = [.. reader.Files, Slashes(Path.Combine(modules.TransformerPath, "tokenizer.json"))] };
    }

    /// <summary>Reads the tokenizer's file.</summary>
    /// <exception cref="ModelFormatException">It is damaged or asks for something that is not implemented.</exception>
    public T LoadTokenizer<T>(Func<string, T> load)
    {
        try
        {
            return load(Tokenizer);
        }
        catch (TokenizerFormatException failure)
        {
            // The tokenizer's message starts with the file's name.
            throw new ModelFormatException($"{Path.GetDirectoryName(Tokenizer)}: {failure.Message}", failure);
        }
    }

    /// <summary>A relative path as objects are named.</summary>
    public static string Slashes(string path) => path.Replace(Path.DirectorySeparatorChar, '/');

    private static (Pooling Pooling, (int Length, string Source)? Dimensions) PoolingOf(Reader reader, string path, SentenceEmbedderOptions options)
    {
        var file = Slashes(Path.Combine(path, "config.json"));
        var config = reader.Object(path, "config.json") ?? throw new ModelFormatException($"{file} of {reader.Root} is missing; modules.json names it");
        if (config.Flag("include_prompt") == false && PromptOf(reader, options).Length > 0)
        {
            throw new ModelFormatException($"{file} of {reader.Root}: include_prompt false (the prompt's tokens left out of pooling) is not implemented");
        }

        var length = config.Count("word_embedding_dimension");
        return (options.Pooling ?? ModeOf(config, file, reader.Root), length is { } value ? (value, $"word_embedding_dimension of {file}") : null);
    }

    private static Pooling ModeOf(ModelJson config, string file, string root)
    {
        // Old files have a flag per mode, new ones a name.
        IReadOnlyList<string> modes = config.Text("pooling_mode") is { } name ? [name] : config.TrueFlags("pooling_mode_");
        return modes switch
        {
            ["mean"] or ["mean_tokens"] => Pooling.Mean,
            ["cls"] or ["cls_token"] => Pooling.Cls,
            ["max"] or ["max_tokens"] => Pooling.Max,
            [] => throw new ModelFormatException($"{file} of {root} switches no pooling mode on; expected one of mean, cls, max"),
            _ => throw new ModelFormatException($"{file} of {root}: pooling {string.Join(" with ", modes)} is not implemented; only mean, cls or max alone are"),
        };
    }

    private static string PromptOf(Reader reader, SentenceEmbedderOptions options)
    {
        const string file = "config_sentence_transformers.json";
        var config = reader.Object("", file);
        var prompts = config?.Texts("prompts") ?? new Dictionary<string, string>(0);
        if (options.Prompt is { } wanted)
        {
            return prompts.GetValueOrDefault(wanted, wanted);
        }

        return config?.Text("default_prompt_name") is not { } name ? ""
            : prompts.TryGetValue(name, out var prompt) ? prompt
            : throw new ModelFormatException($"{file} of {reader.Root}: default_prompt_name '{name}' is none of its prompts");
    }

    private static int MaxTokensOf(Reader reader, string path, ModelJson? config, SentenceEmbedderOptions options)
    {
        var sentence = reader.Object(path, "sentence_bert_config.json");
        if (sentence?.Flag("do_lower_case") == true)
        {
            throw new ModelFormatException($"sentence_bert_config.json of {reader.Root}: do_lower_case true is not implemented; tokenizer.json must do it");
        }

        var tokenizer = reader.Object(path, "tokenizer_config.json");
        var positions = Positions(config);
        var limit = Smaller(sentence?.Count("max_seq_length") ?? tokenizer?.Count("model_max_length"), positions);
        if (options.MaxTokens is not { } chosen)
        {
            return limit ?? throw new ModelFormatException(
                $"{reader.Root} states no longest input (max_seq_length, model_max_length or max_position_embeddings); set maxTokens");
        }

        return chosen < 1 ? throw new ModelFormatException($"maxTokens ({chosen}) must be at least 1")
            : chosen > limit ? throw new ModelFormatException($"maxTokens ({chosen}) is above the limit of the model in {reader.Root}, {limit}; lower it")
            : chosen;
    }

    /// <summary>Positions that a text can take. RoBERTa's family counts positions from the padding id + 1 on, so that many rows are no text's.</summary>
    private static int? Positions(ModelJson? config)
    {
        if (config?.Count("max_position_embeddings") is not { } rows)
        {
            return null;
        }

        var offset = config.Text("model_type") is "roberta" or "xlm-roberta" or "xlm-roberta-xl" or "camembert" or "mpnet" or "longformer"
            ? (config.Id("pad_token_id") ?? 1) + 1
            : 0;
        return rows > offset ? rows - offset : rows;
    }

    private static int? Smaller(int? left, int? right) => left is { } l && right is { } r ? Math.Min(l, r) : left ?? right;

    private sealed class Reader(string root)
    {
        public string Root => root;

        public List<string> Files { get; } = [];

        public ModelJson? Object(string path, string name)
        {
            var file = Path.Combine(path, name);
            var json = ModelJson.Read(Path.Combine(root, file));
            if (json is not null && !Files.Contains(Slashes(file)))
            {
                Files.Add(Slashes(file));
            }

            return json;
        }
    }
}
