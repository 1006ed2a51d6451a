using System.Buffers.Binary;
using System.Text;

namespace TextOps.Artifacts.Embeddings;

/// <summary>
/// What comes before the data of NumPy arrays: format version 1.0, C order.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
/// </summary>
internal static class NpyHeader
{
    /// <summary>Little-endian float32.</summary>
    public const string Float32 = "<f4";

    // Magic, version and the header's length.
    private const int PreambleBytes = 10;

    // Data starts at a multiple of this, so that it can be mapped.
    private const int Alignment = 64;

    private static ReadOnlySpan<byte> MagicAndVersion => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>The header of an array.</summary>
    /// <param name="type">NumPy's name of the values' type.</param>
    /// <param name="shape">The shape as Python writes it.</param>
    public static byte[] Build(string type, string shape)
    {
        var description = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        var total = (PreambleBytes + description.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var header = new byte[total];
        MagicAndVersion.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - PreambleBytes));
        header.AsSpan(PreambleBytes).Fill((byte)' ');
        Encoding.ASCII.GetBytes(description, header.AsSpan(PreambleBytes));
        header[^1] = (byte)'\n';
        return header;
    }

    /// <summary>Reads a header; answers the numbers of the shape as they stand there, and how many bytes it has.</summary>
    /// <param name="type">The type that the values must have.</param>
    /// <param name="typeWords">The type in words, for messages.</param>
    /// <exception cref="InvalidDataException">It is not such a file; the message says why.</exception>
    public static async Task<(string[] Shape, int Bytes)> ReadAsync(Stream stream, string type, string typeWords, CancellationToken cancellationToken)
    {
        try
        {
            var preamble = new byte[PreambleBytes];
            await stream.ReadExactlyAsync(preamble, cancellationToken);
            if (!preamble.AsSpan().StartsWith(MagicAndVersion[..6]))
            {
                throw new InvalidDataException("it is not a NumPy file (no \\x93NUMPY at its start)");
            }

            if (!preamble.AsSpan().StartsWith(MagicAndVersion))
            {
                throw new InvalidDataException($"it is NumPy format {preamble[6]}.{preamble[7]}, and 1.0 is expected");
            }

            var header = new byte[BinaryPrimitives.ReadUInt16LittleEndian(preamble.AsSpan(8))];
            await stream.ReadExactlyAsync(header, cancellationToken);
            var text = Encoding.Latin1.GetString(header);
            if (Value(text, "descr", ',') is var found && found != $"'{type}'")
            {
                throw new InvalidDataException($"its values are {found}, and '{type}' ({typeWords}) is expected");
            }

            if (Value(text, "fortran_order", ',') is var order && order != "False")
            {
                throw new InvalidDataException($"its fortran_order is {order}, and False is expected");
            }

            return (Value(text, "shape", ')').TrimStart('(').Split(',', StringSplitOptions.TrimEntries), PreambleBytes + header.Length);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("it ends within its header", exception);
        }
    }

    private static string Value(string header, string name, char end)
    {
        var key = $"'{name}':";
        var start = header.IndexOf(key, StringComparison.Ordinal);
        var stop = start < 0 ? -1 : header.IndexOfAny([end, '}'], start);
        return stop < 0
            ? throw new InvalidDataException($"its header has no {name}")
            : header[(start + key.Length)..stop].Trim();
    }
}
