using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace TextOps.Onnx.Graphs;

/// <summary>Writes one protobuf message (wire format: protobuf.dev/programming-guides/encoding), field by field in the order of the calls: equal calls, equal bytes.</summary>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> bytes = new();

    /// <summary>A number, as varint.</summary>
    public ProtobufWriter Number(int field, long value) => Varint(((ulong)field << 3) | 0).Varint((ulong)value);

    /// <summary>A 32-bit float.</summary>
    public ProtobufWriter Float(int field, float value)
    {
        Varint(((ulong)field << 3) | 5);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.GetSpan(4), value);
        bytes.Advance(4);
        return this;
    }

    /// <summary>A text in UTF-8.</summary>
    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message within this one.</summary>
    public ProtobufWriter Message(int field, ProtobufWriter message) => Bytes(field, message.bytes.WrittenSpan);

    /// <summary>Bytes.</summary>
    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2).Varint((ulong)value.Length);
        bytes.Write(value);
        return this;
    }

    /// <summary>Numbers, packed.</summary>
    public ProtobufWriter Numbers(int field, ReadOnlySpan<long> values)
    {
        var packed = new ProtobufWriter();
        foreach (var value in values)
        {
            packed.Varint((ulong)value);
        }

        return Message(field, packed);
    }

    /// <summary>The fields of another message, as fields of this one.</summary>
    public ProtobufWriter Append(ProtobufWriter fields)
    {
        bytes.Write(fields.bytes.WrittenSpan);
        return this;
    }

    /// <summary>What was written.</summary>
    public byte[] ToArray() => bytes.WrittenSpan.ToArray();

    private ProtobufWriter Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((byte)(value | 0x80));
        }

        return Byte((byte)value);
    }

    private ProtobufWriter Byte(byte value)
    {
        bytes.GetSpan(1)[0] = value;
        bytes.Advance(1);
        return this;
    }
}
