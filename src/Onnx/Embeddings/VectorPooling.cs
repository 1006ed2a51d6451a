using System.Numerics.Tensors;

namespace TextOps.Onnx.Embeddings;

/// <summary>Makes one vector of the vectors of a text's tokens. Padding is never read.</summary>
internal static class VectorPooling
{
    /// <summary>Pools a text.</summary>
    /// <param name="tokens"><c>[tokens, dimensions]</c>, without padding, at least one token.</param>
    /// <param name="vector">Receives <c>[dimensions]</c>.</param>
    public static void Pool(Pooling pooling, ReadOnlySpan<float> tokens, Span<float> vector)
    {
        var dimensions = vector.Length;
        tokens[..dimensions].CopyTo(vector);
        if (pooling == Pooling.Cls)
        {
            return;
        }

        for (var start = dimensions; start < tokens.Length; start += dimensions)
        {
            var token = tokens.Slice(start, dimensions);
            if (pooling == Pooling.Max)
            {
                TensorPrimitives.Max(vector, token, vector);
            }
            else
            {
                TensorPrimitives.Add(vector, token, vector);
            }
        }

        if (pooling == Pooling.Mean)
        {
            TensorPrimitives.Divide(vector, tokens.Length / dimensions, vector);
        }
    }

    /// <summary>Scales a vector to length 1; one of length 0 stays as it is.</summary>
    public static void Normalize(Span<float> vector)
    {
        // Not TensorPrimitives.Norm: the order of its sum depends on where the vector lies, and a part that is made again is to have equal bytes.
        var squares = 0.0;
        foreach (var value in vector)
        {
            squares += (double)value * value;
        }

        var length = (float)Math.Sqrt(squares);
        if (length > 0)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }
    }
}
