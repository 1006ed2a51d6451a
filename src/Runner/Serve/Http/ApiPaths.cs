namespace TextOps.Runner.Serve.Http;

/// <summary>Paths of the server, as metrics count them. Aliases count as the path that they mean.</summary>
internal static class ApiPaths
{
    /// <summary>A text, or text and numbers, to a label.</summary>
    public const int Predict = 0;

    /// <summary>Many of them.</summary>
    public const int PredictBatch = 1;

    /// <summary>Texts to vectors.</summary>
    public const int Embed = 2;

    /// <summary>Texts to vectors, as OpenAI has it.</summary>
    public const int Embeddings = 3;

    /// <summary>Texts by relevance to a query.</summary>
    public const int Rerank = 4;

    /// <summary>What somebody says of a prediction.</summary>
    public const int Feedback = 5;

    /// <summary>Counts.</summary>
    public const int Health = 6;

    /// <summary>What is served.</summary>
    public const int Info = 7;

    /// <summary>Pages and documents for people.</summary>
    public const int Pages = 8;

    /// <summary>Whatever else is asked for.</summary>
    public const int Other = 9;

    /// <summary>Their names, by number.</summary>
    public static IReadOnlyList<string> Names { get; } = ["/predict", "/predict/batch", "/embed", "/v1/embeddings", "/rerank", "/feedback", "/health", "/info", "pages", "other"];

    /// <summary>Whether a path, by its name, runs the model.</summary>
    public static bool RunsModel(string name) => name is "/predict" or "/predict/batch" or "/embed" or "/v1/embeddings" or "/rerank";
}
