using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TextOps.Runner.Serve.Endpoints;

/// <summary>Writes vectors.</summary>
internal static class VectorJson
{
    /// <summary>As an array of numbers that read back as the same float32.</summary>
    /// <exception cref="InvalidDataException">One is not finite.</exception>
    public static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        var text = ArrayPool<byte>.Shared.Rent((vector.Length * (FloatText.MaxBytes + 1)) + 2);
        try
        {
            var length = 0;
            text[length++] = (byte)'[';
            for (var i = 0; i < vector.Length; i++)
            {
                if (i > 0)
                {
                    text[length++] = (byte)',';
                }

                length += FloatText.Write(text.AsSpan(length), vector[i]);
            }

            text[length++] = (byte)']';
            json.WriteRawValue(text.AsSpan(0, length), skipInputValidation: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    /// <summary>As base64 of its bytes: float32, little-endian.</summary>
    public static void WriteBase64(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        if (BitConverter.IsLittleEndian)
        {
            json.WriteBase64StringValue(MemoryMarshal.AsBytes(vector));
            return;
        }

        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        json.WriteBase64StringValue(bytes);
    }

    /// <summary>Scales a vector to length 1, in place; a vector of zeros stays as it is.</summary>
    public static void Normalize(Span<float> vector)
    {
        var squares = 0.0;
        foreach (var number in vector)
        {
            squares += (double)number * number;
        }

        if (squares > 0)
        {
            var scale = 1 / Math.Sqrt(squares);
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] = (float)(vector[i] * scale);
            }
        }
    }
}
