using System.Security.Cryptography;
using TextOps.Artifacts.Embeddings;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Datasets;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Prepare.Splits;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Datasets;

/// <summary>A dataset that the test holds in memory, and what reader and contract make of it.</summary>
internal sealed class MemoryDataset
{
    private readonly List<(PinnedInput Input, Func<Stream> Open, SplitName? Given)> files = [];

    public Dataset Dataset { get; set; } = new() { Source = new DatasetSource { Uri = "file:///in/" } };

    public SplitNeeds Needs { get; set; }

    public TextLimits Limits { get; set; } = TextLimits.Default;

    public Violations Violations { get; set; } = new();

    public MemoryDataset With(string name, string content, SplitName? given = null) => With(name, System.Text.Encoding.UTF8.GetBytes(content), given);

    public MemoryDataset With(string name, byte[] content, SplitName? given = null, string? etag = null)
    {
        var pinned = new PinnedInput { Uri = "file:///in/" + name, Bytes = content.Length, ETag = etag ?? Convert.ToHexStringLower(SHA256.HashData(content)) };
        files.Add((pinned, () => new MemoryStream(content), given));
        return this;
    }

    public MemoryDataset With(PinnedInput input, Func<Stream> open)
    {
        files.Add((input, open, null));
        return this;
    }

    public async Task<List<RawRow>> RowsAsync()
    {
        var rows = new List<RawRow>();
        await foreach (var row in ReadAsync())
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The cells of all rows, each row's joined by '|'; a row that cannot be read as its defect.</summary>
    public async Task<string[]> CellsAsync() =>
        [.. (await RowsAsync()).Select(row => row.Defect ?? string.Join('|', row.Values.Select(value => value.Kind == FieldKind.Missing ? "-" : value.Text)))];

    public Task<ExaminedDataset> ExamineAsync() =>
        new DatasetContract(Dataset, Needs, Violations).ExamineAsync(ReadAsync(), _ => { }, TestContext.Current.CancellationToken);

    private async IAsyncEnumerable<RawRow> ReadAsync()
    {
        var reader = new DatasetFileReader(new DatasetFields(Dataset), Limits, OpenAsync, _ => { });
        foreach (var file in files)
        {
            await foreach (var row in reader.ReadAsync(file.Input, file.Input.Uri["file:///in/".Length..], Dataset.Source!.Format, file.Given, TestContext.Current.CancellationToken))
            {
                yield return row;
            }
        }
    }

    private Task<Stream> OpenAsync(string uri, long offset, CancellationToken cancellationToken) => Task.FromResult(files.Find(file => file.Input.Uri == uri).Open());
}
