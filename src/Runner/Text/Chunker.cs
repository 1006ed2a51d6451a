using System.Buffers;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Tokenizers;

namespace TextOps.Runner.Text;

/// <summary>
/// Cuts texts into chunks that overlap. Chunks are pieces of the text as it is, nothing trimmed, and together cover all of it: the first
/// begins at 0, the last ends at the end, and each begins where the one before ends or earlier, and ends later than that. Not for more than
/// one thread at a time.
/// </summary>
/// <remarks>
/// <para>A chunk has at most <c>size</c> units. It ends where the text does; else, with boundary sentence, at the last end of a sentence in
/// its second half; else, with sentence or word, at the last border of words; else at the last border of characters that fits. Ends so early
/// that the next chunk could not begin later than this one are not taken. White space after a sentence or word stays with it where it fits.</para>
/// <para>The next chunk begins <c>overlap</c> units before that end; with boundary sentence or word at the first word that begins from there
/// on and before the end, where there is one. So at most <c>overlap</c> units are repeated, and at most one word fewer.</para>
/// <para>Units are Unicode scalar values, or the tokens of the whole text. A chunk's own tokens can be more, for a piece of a word has other
/// tokens than the word, so each chunk is encoded by itself and made shorter until it fits, at the cost of overlap where there is no other
/// way. Only a single character with more tokens than <c>size</c> stays a chunk too large.</para>
/// </remarks>
internal sealed class Chunker
{
    private readonly int size;
    private readonly int overlap;
    private readonly ChunkBoundary boundary;
    private readonly ITokenizer? tokenizer;
    private readonly Encoding tokens = new();
    private readonly ChunkUnits units = new();

    /// <param name="chunking">How texts are cut.</param>
    /// <param name="tokenizer">The model's tokenizer; needed where the unit is tokens.</param>
    public Chunker(Chunking chunking, ITokenizer? tokenizer = null)
    {
        if (chunking.Size < 1 || chunking.Overlap < 0 || chunking.Overlap >= chunking.Size)
        {
            throw new ArgumentException(
                $"spec.chunking.overlap ({chunking.Overlap}) must be 0 or more and smaller than spec.chunking.size ({chunking.Size}); lower the overlap",
                nameof(chunking));
        }

        size = chunking.Size;
        overlap = chunking.Overlap;
        boundary = chunking.Boundary;
        this.tokenizer = chunking.Unit != ChunkUnit.Tokens
            ? null
            : tokenizer ?? throw new ArgumentNullException(nameof(tokenizer), "chunks of tokens need the model's tokenizer");
    }

    /// <summary>Cuts a text; an empty one has no chunks.</summary>
    /// <param name="text">The text.</param>
    /// <param name="into">Cleared, then filled.</param>
    public void Split(string text, List<ChunkSpan> into)
    {
        into.Clear();
        if (text.Length == 0)
        {
            return;
        }

        if (IsShort(text))
        {
            into.Add(new(0, text.Length));
            return;
        }

        var borders = ArrayPool<TextBorder>.Shared.Rent(text.Length);
        try
        {
            if (boundary != ChunkBoundary.None)
            {
                TextBorders.Mark(text, borders);
            }

            Cut(text, borders.AsSpan(0, text.Length), into);
        }
        finally
        {
            ArrayPool<TextBorder>.Shared.Return(borders);
        }
    }

    private bool IsShort(string text)
    {
        if (tokenizer is null)
        {
            if (text.Length > size)
            {
                units.CountScalars(text);
            }

            return text.Length <= size || units.Count <= size;
        }

        tokenizer.Encode(text, tokens, addSpecialTokens: false);
        units.CountTokens(text, tokens);
        return units.Count <= size;
    }

    private void Cut(string text, ReadOnlySpan<TextBorder> borders, List<ChunkSpan> into)
    {
        var words = new WordStarts(borders);
        var start = 0;
        var lastEnd = 0;
        while (true)
        {
            var end = EndOf(text, start, borders);
            if (end <= lastEnd)
            {
                // A chunk made shorter for its tokens repeats only what the last one has; go on without overlap.
                start = lastEnd;
                continue;
            }

            into.Add(new(start, end));
            if (end == text.Length)
            {
                return;
            }

            var next = NextStart(end, ref words);
            start = next > start ? next : end;
            lastEnd = end;
        }
    }

    private int EndOf(string text, int start, ReadOnlySpan<TextBorder> borders)
    {
        var first = units.FirstAt(start);
        var least = units.StartAfter(start);
        for (var count = Math.Min(size, units.Count - first); ;)
        {
            var limit = Math.Max(units.Start(first + count), least);
            var end = PreferredEnd(text, start, limit, borders);
            if (tokenizer is null)
            {
                return end;
            }

            var excess = TokensOf(text.AsSpan(start, end - start)) - size;
            if (excess <= 0)
            {
                return end;
            }

            if (limit == least)
            {
                return EndWithin(text, start, end);
            }

            count = Math.Max(0, count - excess);
        }
    }

    private int PreferredEnd(string text, int start, int limit, ReadOnlySpan<TextBorder> borders)
    {
        if (limit == text.Length)
        {
            return limit;
        }

        var first = units.FirstAt(start);

        // An end up to here would let the next chunk begin no later than this one.
        var floor = units.Start(first + overlap);
        if (boundary == ChunkBoundary.Sentence)
        {
            var half = units.Start(first + Math.Max(size / 2, overlap));
            for (var index = limit; index > half; index--)
            {
                if ((borders[index] & TextBorder.Sentence) != TextBorder.None)
                {
                    return index;
                }
            }
        }

        if (boundary != ChunkBoundary.None)
        {
            for (var index = limit; index > floor; index--)
            {
                if ((borders[index] & TextBorder.Word) != TextBorder.None)
                {
                    return index;
                }
            }
        }

        return TextBorders.ClusterBorder(text, limit, Math.Max(start, floor));
    }

    /// <summary>Shortens a piece that has no border of tokens inside until its own tokens fit.</summary>
    private int EndWithin(string text, int start, int end)
    {
        while (TokensOf(text.AsSpan(start, end - start)) > size)
        {
            var middle = start + ((end - start) / 2);
            middle += middle > start && char.IsLowSurrogate(text[middle]) ? 1 : 0;
            if (middle == start || middle == end)
            {
                return end;
            }

            end = middle;
        }

        return end;
    }

    private int NextStart(int end, ref WordStarts words)
    {
        var first = units.FirstAt(end) - overlap;
        var from = units.Start(first);
        if (first > 0 && units.FirstAt(from) < first)
        {
            // Other tokens of the same character would be repeated too.
            from = units.StartAfter(from);
        }

        if (from >= end)
        {
            return end;
        }

        var word = boundary == ChunkBoundary.None ? end : words.FirstFrom(from, end);
        return word < end ? word : from;
    }

    private int TokensOf(ReadOnlySpan<char> chunk)
    {
        tokenizer!.Encode(chunk, tokens, addSpecialTokens: false);
        return tokens.Ids.Count;
    }
}
