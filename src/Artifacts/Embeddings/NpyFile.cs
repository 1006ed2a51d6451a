using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace TextOps.Artifacts.Embeddings;

/// <summary>
/// NumPy arrays of vectors: format version 1.0, little-endian float32 (<c>&lt;f4</c>), C order, shape <c>[rows, columns]</c>, and nothing else.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
/// </summary>
public static class NpyFile
{
    // Magic, version and the header's length.
    private const int PreambleBytes = 10;

    // Data starts at a multiple of this, so that it can be mapped.
    private const int Alignment = 64;

    private static ReadOnlySpan<byte> MagicAndVersion => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>
    /// Writes what comes before the data; <paramref name="rows"/> times <paramref name="columns"/> values must follow (<see
    /// cref="WriteValuesAsync"/>).
    /// </summary>
    public static async Task WriteHeaderAsync(Stream stream, long rows, int columns, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        var description = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        var total = (PreambleBytes + description.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var header = new byte[total];
        MagicAndVersion.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - PreambleBytes));
        header.AsSpan(PreambleBytes).Fill((byte)' ');
        Encoding.ASCII.GetBytes(description, header.AsSpan(PreambleBytes));
        header[^1] = (byte)'\n';
        await stream.WriteAsync(header, cancellationToken);
    }

    /// <summary>Writes values in row order.</summary>
    public static async Task WriteValuesAsync(Stream stream, ReadOnlyMemory<float> values, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (!values.IsEmpty)
            {
                var count = Math.Min(values.Length, buffer.Length / sizeof(float));
                CopyLittleEndian(values.Span[..count], buffer);
                await stream.WriteAsync(buffer.AsMemory(0, count * sizeof(float)), cancellationToken);
                values = values[count..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads what comes before the data and checks that it describes a file of <paramref name="bytes"/> bytes.</summary>
    /// <returns>The shape.</returns>
    /// <exception cref="InvalidDataException">It is not such a file; the message says why.</exception>
    public static async Task<(long Rows, int Columns)> ReadHeaderAsync(Stream stream, long bytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
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
            var (rows, columns) = ParseShape(Encoding.Latin1.GetString(header));
            var expected = PreambleBytes + header.Length + ((Int128)rows * columns * sizeof(float));
            return expected == bytes
                ? (rows, columns)
                : throw new InvalidDataException($"its shape ({rows}, {columns}) makes {expected} bytes, and it has {bytes}");
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("it ends within its header", exception);
        }
    }

    /// <summary>Fills <paramref name="values"/> with the values that come next.</summary>
    /// <exception cref="InvalidDataException">There are not as many.</exception>
    public static async Task ReadValuesAsync(Stream stream, Memory<float> values, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (!values.IsEmpty)
            {
                var count = Math.Min(values.Length, buffer.Length / sizeof(float));
                await stream.ReadExactlyAsync(buffer.AsMemory(0, count * sizeof(float)), cancellationToken);
                CopyFromLittleEndian(buffer, values.Span[..count]);
                values = values[count..];
            }
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("it ends within its data", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static (long Rows, int Columns) ParseShape(string header)
    {
        if (Value(header, "descr", ',') is var type && type != "'<f4'")
        {
            throw new InvalidDataException($"its values are {type}, and '<f4' (little-endian float32) is expected");
        }

        if (Value(header, "fortran_order", ',') is var order && order != "False")
        {
            throw new InvalidDataException($"its fortran_order is {order}, and False is expected");
        }

        var shape = Value(header, "shape", ')').TrimStart('(').Split(',', StringSplitOptions.TrimEntries);
        return shape.Length == 2
            && long.TryParse(shape[0], NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            && int.TryParse(shape[1], NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
            ? (rows, columns)
            : throw new InvalidDataException($"its shape is ({string.Join(", ", shape)}), and (rows, columns) is expected");
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

    private static void CopyLittleEndian(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
            return;
        }

        for (var index = 0; index < values.Length; index++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes[(index * sizeof(float))..], values[index]);
        }
    }

    private static void CopyFromLittleEndian(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, float>(bytes)[..values.Length].CopyTo(values);
            return;
        }

        for (var index = 0; index < values.Length; index++)
        {
            values[index] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(index * sizeof(float))..]);
        }
    }
}
