using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TextOps.Artifacts.Embeddings;
using TextOps.Runner.Text;

namespace TextOps.Runner.Embed;

/// <summary>
/// The lines of a part's files: <see cref="ChunkRecord"/>s and rejects. Written without making the records themselves, because lines are most of what a fast
/// model's runner does; numbers are the shortest that read back as the same float.
/// </summary>
internal sealed class ChunkLines : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> lines = new(64 * 1024);
    private readonly Utf8JsonWriter json;
    private string offsetsText = "";
    private ScalarOffsets offsets = new("");

    public ChunkLines() => json = new Utf8JsonWriter(lines, Options);

    /// <summary>The lines added since the last <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => lines.WrittenMemory;

    /// <summary>Forgets the lines, keeping the buffer.</summary>
    public void Clear() => lines.ResetWrittenCount();

    /// <summary>Adds a chunk.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="settings">Hash of the settings (see <see cref="ChunkId"/>).</param>
    /// <param name="vector">Its vector; empty where vectors are in a file of their own.</param>
    public void Add(EncodedChunk chunk, string settings, ReadOnlySpan<float> vector)
    {
        var row = chunk.Row;
        var text = row.Text.AsSpan(chunk.Span.Start, chunk.Span.End - chunk.Span.Start);
        json.Reset();
        json.WriteStartObject();
        json.WriteString("id"u8, ChunkId.Of(row.Id, text, settings));
        json.WriteString("document"u8, row.Id);
        json.WriteNumber("chunk"u8, chunk.Index);
        if (!ReferenceEquals(row.Text, offsetsText))
        {
            offsetsText = row.Text!;
            offsets = new ScalarOffsets(offsetsText);
        }

        json.WriteNumber("start"u8, offsets.At(chunk.Span.Start));
        json.WriteNumber("end"u8, offsets.At(chunk.Span.End));
        json.WriteString("text"u8, text);
        if (row.Metadata is { } metadata)
        {
            json.WritePropertyName("metadata"u8);
            json.WriteRawValue(metadata, skipInputValidation: true);
        }

        if (!vector.IsEmpty)
        {
            json.WriteStartArray("vector"u8);
            foreach (var value in vector)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }

        End();
    }

    /// <summary>Adds a rejected row.</summary>
    public void Add(in CheckedRow reject)
    {
        json.Reset();
        json.WriteStartObject();
        json.WriteNumber("row"u8, reject.Row.Index);
        json.WriteNumber("line"u8, reject.Row.Line);
        json.WriteString("input"u8, reject.Row.Input);
        json.WriteString("id"u8, reject.Row.Id);
        json.WriteString("reason"u8, reject.Reject);
        End();
    }

    public void Dispose() => json.Dispose();

    private void End()
    {
        json.WriteEndObject();
        json.Flush();
        lines.Write("\n"u8);
    }
}
