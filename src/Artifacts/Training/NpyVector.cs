using System.Globalization;
using System.Runtime.InteropServices;
using TextOps.Artifacts.Embeddings;

namespace TextOps.Artifacts.Training;

/// <summary>NumPy arrays of one dimension: little-endian int32 (<c>&lt;i4</c>) or float64 (<c>&lt;f8</c>).</summary>
public static class NpyVector
{
    private const int Step = 8192;

    /// <summary>Writes an array.</summary>
    public static async Task WriteAsync<T>(Stream stream, T[] values, CancellationToken cancellationToken)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(values);
        await stream.WriteAsync(NpyHeader.Build(TypeOf<T>().Name, string.Create(CultureInfo.InvariantCulture, $"({values.Length},)")), cancellationToken);
        var buffer = new byte[Step * Marshal.SizeOf<T>()];
        for (var start = 0; start < values.Length; start += Step)
        {
            var bytes = MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(Step, values.Length - start)));
            bytes.CopyTo(buffer);
            await stream.WriteAsync(buffer.AsMemory(0, bytes.Length), cancellationToken);
        }
    }

    /// <summary>Reads an array.</summary>
    /// <exception cref="InvalidDataException">It is not such a file; the message says why.</exception>
    public static async Task<T[]> ReadAsync<T>(Stream stream, CancellationToken cancellationToken)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        var (name, words) = TypeOf<T>();
        var (shape, _) = await NpyHeader.ReadAsync(stream, name, words, cancellationToken);
        if (shape is not [var length, ""] || !int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > Array.MaxLength)
        {
            throw new InvalidDataException($"its shape is ({string.Join(", ", shape)}), and (values,) is expected");
        }

        var values = new T[count];
        var buffer = new byte[Step * Marshal.SizeOf<T>()];
        try
        {
            for (var start = 0; start < count; start += Step)
            {
                var part = buffer.AsMemory(0, Math.Min(Step, count - start) * Marshal.SizeOf<T>());
                await stream.ReadExactlyAsync(part, cancellationToken);
                MemoryMarshal.Cast<byte, T>(part.Span).CopyTo(values.AsSpan(start));
            }
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("it ends within its data", exception);
        }

        return values;
    }

    private static (string Name, string Words) TypeOf<T>() =>
        !BitConverter.IsLittleEndian ? throw new PlatformNotSupportedException("arrays are read and written on little-endian machines")
        : typeof(T) == typeof(int) ? ("<i4", "little-endian int32")
        : typeof(T) == typeof(double) ? ("<f8", "little-endian float64")
        : throw new NotSupportedException($"arrays of {typeof(T)} are not supported");
}
