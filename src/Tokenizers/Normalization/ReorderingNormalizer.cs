using System.Runtime.InteropServices;
using System.Text;
using TextOps.Tokenizers.Unicode;

namespace TextOps.Tokenizers.Normalization;

/// <summary>
/// The steps of BertNormalizer with <c>strip_accents</c> one after the other, for the few texts in which canonical ordering shows: those with combining
/// marks that are not removed (musical symbols, some viramas, marks younger than the tokenizer's category tables).
/// </summary>
internal sealed class ReorderingNormalizer(BertNormalizerOptions options) : INormalizer
{
    /// <inheritdoc/>
    public void Normalize(ReadOnlySpan<char> text, int offset, NormalizedText output)
    {
        output.Clear();
        var sources = CleanAndIsolate(text, offset);
        var parts = Decompose(sources);
        Order(parts);

        // Hugging Face gives places by counting: the first part of a character takes the next place, further parts share the place before them. A part that
        // traded places with another character's part therefore stands at that character's place.
        var source = -1;
        foreach (var part in parts)
        {
            source += part.First ? 1 : 0;
            if (!Characters.IsMark(part.Rune.Value))
            {
                Append(part.Rune, sources[source], output);
            }
        }
    }

    private List<(Rune Rune, int Start, int End)> CleanAndIsolate(ReadOnlySpan<char> text, int offset)
    {
        var sources = new List<(Rune Rune, int Start, int End)>(text.Length);
        var start = offset;
        foreach (var rune in text.EnumerateRunes())
        {
            var end = start + rune.Utf16SequenceLength;
            if (options.CleanText && Characters.Find(UnicodeTables.Removed, 2, rune.Value) >= 0)
            {
            }
            else if (options.CleanText && Characters.Find(UnicodeTables.Whitespace, 2, rune.Value) >= 0)
            {
                sources.Add((new Rune(' '), start, end));
            }
            else if (options.IsolateIdeographs && Characters.Find(UnicodeTables.Ideographs, 2, rune.Value) >= 0)
            {
                sources.AddRange([(new Rune(' '), start, end), (rune, start, end), (new Rune(' '), start, end)]);
            }
            else
            {
                sources.Add((rune, start, end));
            }

            start = end;
        }

        return sources;
    }

    private static List<Part> Decompose(List<(Rune Rune, int Start, int End)> sources)
    {
        var parts = new List<Part>(sources.Count);
        Span<char> letters = stackalloc char[3];
        foreach (var (rune, _, _) in sources)
        {
            var count = parts.Count;
            if (Characters.IsHangulSyllable(rune.Value))
            {
                foreach (var letter in letters[..Characters.DecomposeHangul(rune.Value, letters)])
                {
                    parts.Add(new Part(new Rune(letter), 0, parts.Count == count));
                }
            }
            else
            {
                foreach (var part in Characters.Decompositions.GetValueOrDefault(rune.Value, rune.ToString()).EnumerateRunes())
                {
                    parts.Add(new Part(part, Characters.CombiningRankOf(part.Value), parts.Count == count));
                }
            }
        }

        return parts;
    }

    private static void Order(List<Part> parts)
    {
        for (var start = 0; start < parts.Count; start++)
        {
            var end = start;
            while (end < parts.Count && parts[end].Rank != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                // OrderBy is stable, as canonical ordering must be.
                var ordered = parts[start..end].OrderBy(part => part.Rank).ToArray();
                ordered.CopyTo(CollectionsMarshal.AsSpan(parts)[start..end]);
            }

            start = end;
        }
    }

    private void Append(Rune rune, (Rune Rune, int Start, int End) source, NormalizedText output)
    {
        if (options.Lowercase && Characters.Lowercase.TryGetValue(rune.Value, out var lower))
        {
            output.Append(lower, source.Start, source.End);
            return;
        }

        Span<char> units = stackalloc char[2];
        output.Append(units[..rune.EncodeToUtf16(units)], source.Start, source.End);
    }

    private readonly record struct Part(Rune Rune, int Rank, bool First);
}
