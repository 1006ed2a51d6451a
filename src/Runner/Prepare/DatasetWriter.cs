using System.Security.Cryptography;
using System.Text;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Training;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Workspaces;

namespace TextOps.Runner.Prepare;

/// <summary>Writes what trials need to know of rows beside their features: labels, groups, and the test split's rows themselves.</summary>
internal sealed class DatasetWriter(Dataset dataset, TrainingWorkspace workspace, ExaminedDataset examined)
{
    private readonly Dictionary<SplitName, int[]> rows = SplitNames.All.ToDictionary(split => split, examined.RowsOf);
    private readonly Dictionary<SplitName, IReadOnlyList<TextRow>> texts = [];

    /// <summary>Name of the field that holds the text; chunks of embeddings have theirs in <c>text</c>.</summary>
    public string TextField => dataset.Embeddings is null ? dataset.TextField : "text";

    /// <summary>A split's rows as features are made of them.</summary>
    public IReadOnlyList<TextRow> TextsOf(SplitName split)
    {
        if (!texts.TryGetValue(split, out var found))
        {
            texts.Add(split, found = [.. rows[split].Select(row => TextOf(examined.Rows[row]))]);
        }

        return found;
    }

    /// <summary>Writes the files.</summary>
    public async Task<IReadOnlyList<ModelFile>> WriteRowsAsync(CancellationToken cancellationToken)
    {
        var files = new List<ModelFile>();
        foreach (var (split, members) in rows)
        {
            int[] labels = [.. members.Select(row => examined.LabelNumbers[row])];
            files.Add(await workspace.PutAsync(WorkspaceLayout.LabelsFile(SplitNames.Text(split)), (stream, cancel) => NpyVector.WriteAsync(stream, labels, cancel), cancellationToken));
        }

        int[] groups = [.. rows[SplitName.Train].Select(row => examined.Groups.Numbers[row])];
        files.Add(await workspace.PutAsync(WorkspaceLayout.GroupsFile, (stream, cancel) => NpyVector.WriteAsync(stream, groups, cancel), cancellationToken));
        files.Add(await workspace.PutLinesAsync(WorkspaceLayout.TestFile, rows[SplitName.Test].Select(row => TestRowOf(examined.Rows[row])), cancellationToken));
        return files;
    }

    /// <summary>SHA-256 of ids, texts and labels of all rows in their splits.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (split, members) in rows)
        {
            foreach (var row in members.Select(row => examined.Rows[row]))
            {
                foreach (var part in (ReadOnlySpan<string>)[SplitNames.Text(split), row.Id, row.Text, row.Label])
                {
                    // The length first, so that no two lists of parts look alike.
                    var bytes = Encoding.UTF8.GetBytes(part);
                    hash.AppendData(BitConverter.GetBytes(bytes.Length));
                    hash.AppendData(bytes);
                }
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private TextRow TextOf(LabelledRow row) => new() { Text = row.Text, Numbers = NumbersOf(row), Vector = row.Vector };

    private TestRow TestRowOf(LabelledRow row) => new() { Id = row.Id, Text = row.Text, Label = row.Label, Numbers = NumbersOf(row) is { Count: > 0 } numbers ? numbers : null };

    private Dictionary<string, double> NumbersOf(LabelledRow row) => (dataset.Fields ?? []).Zip(row.Numbers)
        .Where(pair => !double.IsNaN(pair.Second))
        .ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
}
