using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TextOps.Artifacts.Embeddings;

/// <summary>
/// NumPy arrays of vectors: format version 1.0, little-endian float32 (<c>&lt;f4</c>), C order, shape <c>[rows, columns]</c>, and nothing else.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
/// </summary>
public static class NpyFile
{
    /// <summary>
    /// Writes what comes before the data; <paramref name="rows"/> times <paramref name="columns"/> values must follow (<see
    /// cref="WriteValuesAsync"/>).
    /// </summary>
    public static async Task WriteHeaderAsync(Stream stream, long rows, int columns, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        var header = NpyHeader.Build(NpyHeader.Float32, string.Create(CultureInfo.InvariantCulture, $"({rows}, {columns})"));
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
        var (shape, headerBytes) = await NpyHeader.ReadAsync(stream, NpyHeader.Float32, "little-endian float32", cancellationToken);
        var (rows, columns) = ParseShape(shape);
        var expected = headerBytes + ((Int128)rows * columns * sizeof(float));
        return expected == bytes
            ? (rows, columns)
            : throw new InvalidDataException($"its shape ({rows}, {columns}) makes {expected} bytes, and it has {bytes}");
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

    private static (long Rows, int Columns) ParseShape(string[] shape) =>
        shape.Length == 2
            && long.TryParse(shape[0], NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            && int.TryParse(shape[1], NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
            ? (rows, columns)
            : throw new InvalidDataException($"its shape is ({string.Join(", ", shape)}), and (rows, columns) is expected");

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
