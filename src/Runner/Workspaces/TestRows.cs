using System.Text.Json;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Training;
using TextOps.Crds;
using TextOps.Learning.Features;

namespace TextOps.Runner.Workspaces;

/// <summary>The test split's rows themselves: what models are asked.</summary>
/// <param name="Texts">What features are made of.</param>
/// <param name="Labels">Numbers of the true labels.</param>
internal sealed record TestRows(IReadOnlyList<TextRow> Texts, int[] Labels)
{
    /// <summary>Reads the rows of a workspace; the file is compared with its digest.</summary>
    /// <param name="folder">Local folder for the copy.</param>
    /// <exception cref="StoreRefusedException">It is damaged.</exception>
    public static async Task<TestRows> ReadAsync(TrainingWorkspace workspace, PreparedDataset prepared, string folder, CancellationToken cancellationToken)
    {
        await workspace.DownloadAsync(prepared.Files.Where(file => file.Path == WorkspaceLayout.TestFile), below: "", folder, cancellationToken);
        var numbers = prepared.Labels.Select((label, number) => (label, number)).ToDictionary(pair => pair.label, pair => pair.number, StringComparer.Ordinal);
        var (texts, labels) = (new List<TextRow>(), new List<int>());
        await using var content = File.OpenRead(Path.Combine(folder, WorkspaceLayout.TestFile));
        await foreach (var row in JsonSerializer.DeserializeAsyncEnumerable<TestRow>(content, topLevelValues: true, Json.Objects, cancellationToken))
        {
            texts.Add(new TextRow { Text = row!.Text, Numbers = row.Numbers ?? new Dictionary<string, double>(StringComparer.Ordinal) });
            labels.Add(numbers[row.Label]);
        }

        return new TestRows(texts, [.. labels]);
    }
}
