using System.Text;
using TextOps.Onnx.Embeddings;

namespace TextOps.Onnx.Graphs;

/// <summary>
/// Walks the fields of a protobuf file (wire format: protobuf.dev/programming-guides/encoding) without loading what it skips. Every length is checked against
/// the end of the message that holds it, so a truncated or forged file ends in a message, not in a large allocation.
/// </summary>
internal sealed class ProtobufReader(Stream stream, string file)
{
    /// <summary>More fields than a graph has; a file of many tiny ones is refused instead of walked for minutes.</summary>
    private const int MaxFields = 50_000_000;

    private int fields;

    /// <summary>Bytes of the file: the end of the outermost message.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>Reads the next field's tag; false at the end of the message.</summary>
    /// <param name="end">Where the message ends.</param>
    public bool TryReadTag(long end, out int field, out int wireType)
    {
        if (stream.Position >= end)
        {
            (field, wireType) = (0, 0);
            return false;
        }

        if (++fields > MaxFields)
        {
            throw Damaged($"more than {MaxFields} fields");
        }

        var tag = ReadVarint(end);
        (field, wireType) = ((int)(tag >> 3), (int)(tag & 7));
        return field > 0 && tag <= uint.MaxValue ? true : throw Damaged("a field has no valid number");
    }

    /// <summary>Reads a length-delimited field's length and answers where its content ends.</summary>
    public long ReadEnd(long end)
    {
        var length = ReadVarint(end);
        return length <= (ulong)(end - stream.Position)
            ? stream.Position + (long)length
            : throw Damaged($"a field of {length} bytes runs past the end, {end - stream.Position} bytes further");
    }

    /// <summary>Reads the text from here to <paramref name="end"/>, an end that <see cref="ReadEnd"/> gave.</summary>
    public string ReadText(long end, int maxBytes)
    {
        var length = end - stream.Position;
        if (length > maxBytes)
        {
            throw Damaged($"a name of {length} bytes (at most {maxBytes})");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Passes over a field's value.</summary>
    public void Skip(int wireType, long end)
    {
        switch (wireType)
        {
            case 0:
                ReadVarint(end);
                break;
            case 1:
                Advance(8, end);
                break;
            case 2:
                stream.Position = ReadEnd(end);
                break;
            case 5:
                Advance(4, end);
                break;
            default:
                throw Damaged($"wire type {wireType}");
        }
    }

    /// <summary>Passes over what is left of a message.</summary>
    public void SkipTo(long end) => stream.Position = end;

    /// <summary>A damaged file, with the place.</summary>
    public ModelFormatException Damaged(string what) => new($"{file} is truncated or not an ONNX file: {what} (at byte {stream.Position})");

    private ulong ReadVarint(long end)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = stream.Position < end ? stream.ReadByte() : -1;
            if (next < 0)
            {
                throw Damaged("it ends inside a number");
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged("a number of more than 10 bytes");
    }

    private void Advance(int bytes, long end) =>
        stream.Position = end - stream.Position >= bytes ? stream.Position + bytes : throw Damaged("it ends inside a number");
}
