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
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _lines = new(64 * 1024);
    private readonly Utf8JsonWriter _json;
    private string _text = "";
    private ScalarOffsets _offsets = new("");

    public ChunkLines() => _json = new Utf8JsonWriter(_lines, s_options);

    /// <summary>The lines added since the last <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => _lines.WrittenMemory;

    /// <summary>Forgets the lines, keeping the buffer.</summary>
    public void Clear() => _lines.ResetWrittenCount();

    /// <summary>Adds a chunk.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="settings">Hash of the settings (see <see cref="ChunkId"/>).</param>
    /// <param name="vector">Its vector; empty where vectors are in a file of their own.</param>
    public void Add(EncodedChunk chunk, string settings, ReadOnlySpan<float> vector)
    {
        var row = chunk.Row;
        var text = row.Text.AsSpan(chunk.Span.Start, chunk.Span.End - chunk.Span.Start);
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("id"u8, ChunkId.Of(row.Id, text, settings));
        _json.WriteString("document"u8, row.Id);
        _json.WriteNumber("chunk"u8, chunk.Index);
        if (!ReferenceEquals(row.Text, _text))
        {
            _text = row.Text!;
            _offsets = new ScalarOffsets(_text);
        }

        _json.WriteNumber("start"u8, _offsets.At(chunk.Span.Start));
        _json.WriteNumber("end"u8, _offsets.At(chunk.Span.End));
        _json.WriteString("text"u8, text);
        if (row.Metadata is { } metadata)
        {
            _json.WritePropertyName("metadata"u8);
            _json.WriteRawValue(metadata, skipInputValidation: true);
        }

        if (!vector.IsEmpty)
        {
            _json.WriteStartArray("vector"u8);
            foreach (var value in vector)
            {
                _json.WriteNumberValue(value);
            }

            _json.WriteEndArray();
        }

        End();
    }

    /// <summary>Adds a rejected row.</summary>
    public void Add(in CheckedRow reject)
    {
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("row"u8, reject.Row.Index);
        _json.WriteNumber("line"u8, reject.Row.Line);
        _json.WriteString("input"u8, reject.Row.Input);
        _json.WriteString("id"u8, reject.Row.Id);
        _json.WriteString("reason"u8, reject.Reject);
        End();
    }

    public void Dispose() => _json.Dispose();

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _lines.Write("\n"u8);
    }
}
