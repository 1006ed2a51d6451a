namespace TextOps.Tokenizers.Unicode;

/// <summary>A value for every code point; blocks of 256 equal code points share their memory. Code points that were not set have <c>default</c>.</summary>
/// <typeparam name="T">The value.</typeparam>
internal sealed class CodePointTable<T>
    where T : unmanaged, IEquatable<T>
{
    private const int BlockBits = 8;
    private const int BlockSize = 1 << BlockBits;
    private const int BlockCount = 0x110000 >> BlockBits;

    private readonly ushort[] blocks = new ushort[BlockCount];
    private readonly T[] values;

    private CodePointTable(T[]?[] contents)
    {
        var distinct = new List<T[]> { new T[BlockSize] };
        for (var block = 0; block < BlockCount; block++)
        {
            if (contents[block] is not { } content)
            {
                continue;
            }

            var known = distinct.FindIndex(other => other.AsSpan().SequenceEqual(content));
            if (known < 0)
            {
                known = distinct.Count;
                distinct.Add(content);
            }

            blocks[block] = (ushort)known;
        }

        values = [.. distinct.SelectMany(block => block)];
    }

    /// <summary>The value of a code point.</summary>
    /// <param name="codePoint">0 to 0x10FFFF.</param>
    public T this[int codePoint] => values[(blocks[codePoint >> BlockBits] << BlockBits) | (codePoint & (BlockSize - 1))];

    /// <summary>Collects the values of a table.</summary>
    internal sealed class Builder
    {
        private readonly T[]?[] contents = new T[BlockCount][];

        /// <summary>The value of a code point.</summary>
        public T this[int codePoint]
        {
            get => contents[codePoint >> BlockBits] is { } block ? block[codePoint & (BlockSize - 1)] : default;
            set => (contents[codePoint >> BlockBits] ??= new T[BlockSize])[codePoint & (BlockSize - 1)] = value;
        }

        /// <summary>Makes the table; the builder must not be used afterwards.</summary>
        public CodePointTable<T> Build() => new(contents);
    }
}
