using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Tasks;

/// <summary>Reads task documents, strictly: an unknown, doubled or missing field is an error that names it.</summary>
internal static class TaskFile
{
    /// <summary>Largest task document, in bytes.</summary>
    public const int MaxBytes = 512 * 1024;

    private static readonly JsonDocumentOptions Document = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Reads the document at <paramref name="path"/>, which must be of kind <paramref name="kind"/>.</summary>
    /// <exception cref="TaskRefusedException">It cannot be read, is not a task of that kind, or has values that no task may have.</exception>
    public static TaskDocument Read(string path, string kind)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes } file)
            {
                throw Refused(path, $"it is {file.Length} bytes long, more than {MaxBytes}");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Document);
            Expect(document.RootElement, "apiVersion", ApiGroup.GroupVersion, path);
            Expect(document.RootElement, "kind", kind, path);
            var task = kind switch
            {
                nameof(PlanTask) => document.Deserialize<PlanTask>(Json.Strict),
                nameof(EmbedTask) => document.Deserialize<EmbedTask>(Json.Strict),
                nameof(CommitTask) => document.Deserialize<CommitTask>(Json.Strict),
                nameof(PrepareTask) => document.Deserialize<PrepareTask>(Json.Strict),
                nameof(TrainTask) => document.Deserialize<TrainTask>(Json.Strict),
                nameof(EvaluateTask) => document.Deserialize<EvaluateTask>(Json.Strict),
                nameof(ResolveTask) => document.Deserialize<ResolveTask>(Json.Strict),
                nameof(ServeTask) => document.Deserialize<ServeTask>(Json.Strict),
                nameof(GateTask) => (TaskDocument?)document.Deserialize<GateTask>(Json.Strict),
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
            };
            TaskRules.Check(task!);
            return task!;
        }
        catch (Exception error) when (error is JsonException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw Refused(path, error.Message, error);
        }
    }

    private static void Expect(JsonElement document, string field, string expected, string path)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(field, out var value) || !value.ValueEquals(expected))
        {
            var found = document.ValueKind == JsonValueKind.Object && document.TryGetProperty(field, out var other) ? other.GetRawText() : "nothing";
            throw Refused(path, $"{field} must be \"{expected}\" for this verb, and is {found}");
        }
    }

    private static TaskRefusedException Refused(string path, string why, Exception? inner = null) =>
        new(TaskErrorReasons.InvalidSpec, $"task file {path} is refused: {why}", inner);
}
