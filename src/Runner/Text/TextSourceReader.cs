using System.Runtime.CompilerServices;
using System.Text.Unicode;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Runner.Text;

/// <summary>
/// Rows of a shard, one after the other, in memory that does not depend on the input's size. A row belongs to the range that its first byte lies in, so ranges
/// that cover a file yield each of its rows once, wherever they were cut. Every line is a row, blank ones too.
/// </summary>
internal static class TextSourceReader
{
    /// <summary>Reads the rows of <paramref name="ranges"/>.</summary>
    /// <param name="inputs">The plan's inputs.</param>
    /// <param name="ranges">What to read, in order; a gzip input whole.</param>
    /// <param name="source">How rows are read.</param>
    /// <param name="open">Opens an input from an offset on.</param>
    /// <exception cref="InputException">An input is gone, shorter than planned, damaged or of unknown format.</exception>
    public static IAsyncEnumerable<SourceRow> ReadAsync(
        IReadOnlyList<PinnedInput> inputs,
        IReadOnlyList<InputRange> ranges,
        TextSource source,
        Func<string, long, CancellationToken, Task<Stream>> open,
        CancellationToken cancellationToken) => ReadAsync(inputs, ranges, source, open, TextLimits.Default, cancellationToken);

    /// <summary>The same within other limits.</summary>
    public static async IAsyncEnumerable<SourceRow> ReadAsync(
        IReadOnlyList<PinnedInput> inputs,
        IReadOnlyList<InputRange> ranges,
        TextSource source,
        Func<string, long, CancellationToken, Task<Stream>> open,
        TextLimits limits,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = new RowNames(source.Uri);
        var parser = new JsonRowParser(source);
        var index = 0L;
        var bytesBefore = 0L;
        foreach (var range in ranges)
        {
            var input = inputs[range.Input];
            var format = RowFormat.Of(input.Uri, source.Format);
            if (format.Packed && (range.Offset != 0 || range.Bytes != input.Bytes))
            {
                throw new ArgumentException($"{input.Uri} is packed and can only be read whole", nameof(ranges));
            }

            // One byte more at the front shows whether the range starts at a line's beginning.
            var offset = Math.Max(0, range.Offset - 1);
            await using var stored = new PinnedStream(await OpenAsync(input, offset, open, cancellationToken), input, offset);
            await using Stream content = format.Packed ? new UnpackedStream(stored, input.Uri, input.Bytes, limits) : stored;
            using var lines = new LineReader(content, offset, limits);
            if (range.Offset > 0)
            {
                await lines.SkipLineAsync(cancellationToken);
            }

            var end = format.Packed ? long.MaxValue : range.Offset + range.Bytes;
            var path = names.PathOf(input.Uri);
            for (var line = 1L; lines.Position < end && await lines.ReadAsync(cancellationToken); line++)
            {
                var row = RowOf(lines, format, parser);
                yield return new SourceRow
                {
                    Index = index++,
                    Input = input.Uri,
                    Line = line,
                    Id = row.Id ?? RowNames.Of(path, lines.LineOffset),
                    Text = row.Text,
                    Metadata = row.Metadata,
                    Defect = row.Defect,
                    BytesConsumed = bytesBefore + (format.Packed ? stored.Offset : Math.Min(lines.Position - range.Offset, range.Bytes)),
                };
            }

            bytesBefore += range.Bytes;
        }
    }

    private static JsonRow RowOf(LineReader lines, RowFormat format, JsonRowParser parser)
    {
        if (lines.LineTooLong)
        {
            return new(null, null, null, RejectReasons.LineTooLong);
        }

        if (!Utf8.IsValid(lines.Line))
        {
            return new(null, null, null, RejectReasons.InvalidUtf8);
        }

        return format.Rows == TextFormat.Jsonl ? parser.Parse(lines.Line) : new(null, System.Text.Encoding.UTF8.GetString(lines.Line), null, null);
    }

    private static async Task<Stream> OpenAsync(
        PinnedInput input, long offset, Func<string, long, CancellationToken, Task<Stream>> open, CancellationToken cancellationToken)
    {
        try
        {
            return await open(input.Uri, offset, cancellationToken);
        }
        catch (Exception exception) when (exception is ObjectNotFoundException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{input.Uri} does not exist any more, but did when the version was planned; put it back, or rerun the job", exception);
        }
    }
}
