using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Learning.Features.Text;

/// <summary>Takes texts apart into n-grams as scikit-learn does (<c>CountVectorizer.build_analyzer</c>); every n-gram is a piece of one buffer. For one thread.</summary>
internal sealed class TermAnalyzer(TfidfFeatures settings)
{
    private readonly ArrayBufferWriter<char> lowered = new();
    private readonly ArrayBufferWriter<char> stripped = new();
    private readonly ArrayBufferWriter<char> pieces = new();
    private readonly List<int> starts = [];
    private readonly List<Piece> words = [];
    private readonly List<Piece> terms = [];
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>>? stopWords =
        settings.StopWords == StopWordList.English ? EnglishStopWords.All.GetAlternateLookup<ReadOnlySpan<char>>() : null;

    /// <summary>The n-grams of the text analysed last: pieces of <see cref="Buffer"/>.</summary>
    public ReadOnlySpan<Piece> Terms => CollectionsMarshal.AsSpan(terms);

    /// <summary>What <see cref="Terms"/> are pieces of.</summary>
    public ReadOnlySpan<char> Buffer => pieces.WrittenSpan;

    /// <summary>Takes a text apart.</summary>
    public void Analyze(ReadOnlySpan<char> text)
    {
        terms.Clear();
        words.Clear();
        starts.Clear();
        pieces.ResetWrittenCount();
        var prepared = Prepare(text);
        switch (settings.Analyzer)
        {
            case TfidfAnalyzer.Word:
                SplitWords(prepared);
                JoinWords();
                break;
            case TfidfAnalyzer.Char:
                CollapseSpaces(prepared);
                CountCodePoints(new Piece(0, pieces.WrittenCount));
                JoinCharacters();
                break;
            default:
                PadWords(prepared);
                foreach (var word in words)
                {
                    starts.Clear();
                    CountCodePoints(word);
                    JoinCharactersWithin();
                }

                break;
        }
    }

    private ReadOnlySpan<char> Prepare(ReadOnlySpan<char> text)
    {
        if (settings.Lowercase)
        {
            lowered.ResetWrittenCount();
            PythonText.Lower(text, lowered);
            text = lowered.WrittenSpan;
        }

        else if (text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            // Half a character is none: it could not be told from another half once the vocabulary is saved.
            lowered.ResetWrittenCount();
            foreach (var rune in text.EnumerateRunes())
            {
                PythonText.Append(rune, lowered);
            }

            text = lowered.WrittenSpan;
        }

        if (settings.StripAccents == AccentStripping.None || Ascii.IsValid(text))
        {
            return text;
        }

        stripped.ResetWrittenCount();
        AccentRemoval.Strip(text, settings.StripAccents == AccentStripping.Ascii, stripped);
        return stripped.WrittenSpan;
    }

    /// <summary>Words of two or more characters, one space apart, so that an n-gram of words is one piece (<c>(?u)\b\w\w+\b</c>).</summary>
    private void SplitWords(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < text.Length;)
        {
            var (start, length) = (at, 0);
            while (at < text.Length && PythonText.IsWord(CodePointAt(text, at, out var units)))
            {
                at += units;
                length++;
            }

            if (length >= 2 && stopWords?.Contains(text[start..at]) != true)
            {
                words.Add(new Piece(pieces.WrittenCount, at - start));
                pieces.Write(text[start..at]);
                pieces.Write(" ");
            }

            if (at < text.Length && length == 0)
            {
                CodePointAt(text, at, out var skipped);
                at += skipped;
            }
        }
    }

    private void JoinWords()
    {
        for (var n = settings.NgramMin; n <= Math.Min(settings.NgramMax, words.Count); n++)
        {
            for (var first = 0; first <= words.Count - n; first++)
            {
                var last = words[first + n - 1];
                terms.Add(new Piece(words[first].Start, last.Start + last.Length - words[first].Start));
            }
        }
    }

    /// <summary>Runs of two or more white space characters become one space; a single one stays what it is (<c>\s\s+</c>).</summary>
    private void CollapseSpaces(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && PythonText.IsSpace(text[end]))
            {
                end++;
            }

            if (end - at > 1)
            {
                pieces.Write(" ");
                at = end;
                continue;
            }

            end = Math.Max(end, at + 1);
            while (end < text.Length && !PythonText.IsSpace(text[end]))
            {
                end++;
            }

            pieces.Write(text[at..end]);
            at = end;
        }
    }

    private void PadWords(ReadOnlySpan<char> text)
    {
        pieces.Write(" ");
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && !PythonText.IsSpace(text[end]))
            {
                end++;
            }

            if (end > at)
            {
                // Neighbours share the space between them.
                words.Add(new Piece(pieces.WrittenCount - 1, end - at + 2));
                pieces.Write(text[at..end]);
                pieces.Write(" ");
            }

            at = end + 1;
        }
    }

    /// <summary>Where each code point of a piece starts, and where the last one ends.</summary>
    private void CountCodePoints(Piece piece)
    {
        var buffer = pieces.WrittenSpan;
        for (var at = piece.Start; at < piece.Start + piece.Length;)
        {
            starts.Add(at);
            CodePointAt(buffer, at, out var units);
            at += units;
        }

        starts.Add(piece.Start + piece.Length);
    }

    private void JoinCharacters()
    {
        var count = starts.Count - 1;
        for (var n = settings.NgramMin; n <= Math.Min(settings.NgramMax, count); n++)
        {
            AddCharacters(n, count);
        }
    }

    /// <summary>A word not longer than n gives itself once, and nothing longer is tried.</summary>
    private void JoinCharactersWithin()
    {
        var count = starts.Count - 1;
        for (var n = settings.NgramMin; n <= settings.NgramMax; n++)
        {
            AddCharacters(Math.Min(n, count), count);
            if (n >= count)
            {
                return;
            }
        }
    }

    private void AddCharacters(int n, int count)
    {
        var at = CollectionsMarshal.AsSpan(starts);
        for (var first = 0; first <= count - n; first++)
        {
            terms.Add(new Piece(at[first], at[first + n] - at[first]));
        }
    }

    private static int CodePointAt(ReadOnlySpan<char> text, int at, out int units)
    {
        units = 1;
        var first = text[at];
        if (char.IsHighSurrogate(first) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        {
            units = 2;
            return char.ConvertToUtf32(first, text[at + 1]);
        }

        return first;
    }
}

/// <summary>A piece of a text.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Piece(int Start, int Length);
