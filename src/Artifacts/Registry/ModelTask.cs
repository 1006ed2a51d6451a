using System.Text.Json;
using System.Text.Json.Serialization;
using TextOps.Crds;

namespace TextOps.Artifacts.Registry;

/// <summary>What a model is for: Hugging Face's pipeline tags.</summary>
public enum ModelTask
{
    /// <summary>From a text to a label: what TrainingRuns make. The task of a card that names none.</summary>
    [JsonStringEnumMemberName("text-classification")]
    TextClassification,

    /// <summary>From a text to a vector: embedding models.</summary>
    [JsonStringEnumMemberName("sentence-similarity")]
    SentenceSimilarity,

    /// <summary>From a query and a text to a score: cross-encoders.</summary>
    [JsonStringEnumMemberName("text-ranking")]
    TextRanking,
}

/// <summary>Names of tasks.</summary>
public static class ModelTaskNames
{
    /// <summary>The task as cards and Hugging Face name it: <c>text-ranking</c>.</summary>
    public static string Name(this ModelTask task) => JsonSerializer.SerializeToElement(task, Json.Readable).GetString()!;
}
