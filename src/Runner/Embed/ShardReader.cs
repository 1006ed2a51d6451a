using System.Runtime.CompilerServices;
using TextOps.Artifacts.Embeddings;
using TextOps.Runner.Inputs;
using TextOps.Runner.Progress;
using TextOps.Runner.Text;

namespace TextOps.Runner.Embed;

/// <summary>
/// Reads and judges the rows of a shard. Rows of parts that are whole already are read and judged again, because later rows may be their duplicates, but not
/// handed on.
/// </summary>
/// <param name="plan">The version's plan.</param>
/// <param name="shard">The shard.</param>
/// <param name="firstRow">Index of the first row that is handed on.</param>
/// <param name="progress">Where rows and bytes are counted.</param>
internal sealed class ShardReader(VersionPlan plan, ShardPlan shard, long firstRow, ProgressMeter progress)
{
    private const int BlockRows = 256;
    private const int BlockCharacters = 128 * 1024;

    /// <summary>Bytes of the shard's ranges that lie before the first row that is handed on; known once that row is.</summary>
    public long BytesSkipped { get; private set; }

    /// <summary>Blocks of rows, in order; a block is work for one thread.</summary>
    public async IAsyncEnumerable<List<CheckedRow>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var earlier = plan.Validation.RejectDuplicates ? new DuplicateSet(Path.GetTempPath()) : null;
        var validator = new RowValidator(plan.Validation, earlier);
        var block = new List<CheckedRow>(BlockRows);
        var (characters, rejected) = (0, 0);
        await foreach (var row in TextSourceReader.ReadAsync(plan.Inputs, shard.Ranges, plan.Source, InputFiles.OpenAsync, cancellationToken))
        {
            var reject = row.Defect ?? validator.Check(row.Text);
            if (row.Index < firstRow)
            {
                if (row.Index % BlockRows == 0 || row.Index == firstRow - 1)
                {
                    progress.Skip(row.BytesConsumed - BytesSkipped);
                    BytesSkipped = row.BytesConsumed;
                }

                continue;
            }

            block.Add(new CheckedRow(row, reject));
            characters += row.Text?.Length ?? 0;
            rejected += reject is null ? 0 : 1;
            if (block.Count == BlockRows || characters >= BlockCharacters)
            {
                progress.Read(block.Count, rejected);
                yield return block;
                block = new List<CheckedRow>(BlockRows);
                (characters, rejected) = (0, 0);
            }
        }

        if (block.Count > 0)
        {
            progress.Read(block.Count, rejected);
            yield return block;
        }
    }
}
