using System.Text;
using TextOps.Tokenizers.Unicode;

namespace TextOps.Tokenizers.Normalization;

/// <summary>What the steps of a BertNormalizer, one after the other, do to each character.</summary>
internal sealed class CharacterActions
{
    /// <summary>The character stays as it is.</summary>
    public const ushort Keep = 0;

    /// <summary>The character goes.</summary>
    public const ushort Drop = 1;

    /// <summary>The character becomes a space.</summary>
    public const ushort Space = 2;

    /// <summary>The character stays, with a space on each side.</summary>
    public const ushort Isolate = 3;

    /// <summary>A Hangul syllable that falls into letters.</summary>
    public const ushort Hangul = 4;

    /// <summary>The character has (or decomposes into) a mark that is kept and may trade places with its neighbours.</summary>
    public const ushort Reorder = 5;

    private const ushort FirstMapping = 6;

    private readonly List<string> mappings = [];
    private readonly CodePointTable<ushort> actions;

    public CharacterActions(BertNormalizerOptions options)
    {
        // The steps run in the order clean, isolate, strip, lower. What an earlier step decides is written last, over what later ones would have done.
        var builder = new CodePointTable<ushort>.Builder();
        if (options.Lowercase)
        {
            foreach (var (codePoint, lower) in Characters.Lowercase)
            {
                builder[codePoint] = Map(lower);
            }
        }

        if (options.StripAccents)
        {
            Strip(builder, options.Lowercase);
        }

        if (options.IsolateIdeographs)
        {
            ForEach(UnicodeTables.Ideographs, codePoint => builder[codePoint] = builder[codePoint] switch
            {
                >= FirstMapping and var mapped => Map($" {Mapping(mapped)} "),
                _ => Isolate,
            });
        }

        if (options.CleanText)
        {
            ForEach(UnicodeTables.Whitespace, codePoint => builder[codePoint] = Space);
            ForEach(UnicodeTables.Removed, codePoint => builder[codePoint] = Drop);
        }

        builder[' '] = Keep;
        actions = builder.Build();
    }

    /// <summary>The action for a code point: one of the constants, or a number that <see cref="Mapping"/> takes.</summary>
    public ushort this[int codePoint] => actions[codePoint];

    /// <summary>What a character with this action becomes.</summary>
    public string Mapping(ushort action) => mappings[action - FirstMapping];

    private void Strip(CodePointTable<ushort>.Builder builder, bool lowercase)
    {
        for (var codePoint = 0xAC00; Characters.IsHangulSyllable(codePoint); codePoint++)
        {
            builder[codePoint] = Hangul;
        }

        var keptMarks = new HashSet<int>();
        for (var i = 0; i < UnicodeTables.CombiningRanks.Length; i += 3)
        {
            for (var codePoint = UnicodeTables.CombiningRanks[i]; codePoint <= UnicodeTables.CombiningRanks[i + 1]; codePoint++)
            {
                keptMarks.Add(codePoint);
            }
        }

        ForEach(UnicodeTables.Marks, codePoint =>
        {
            builder[codePoint] = Drop;
            keptMarks.Remove(codePoint);
        });
        foreach (var codePoint in keptMarks)
        {
            builder[codePoint] = Reorder;
        }

        foreach (var (codePoint, decomposition) in Characters.Decompositions)
        {
            var runes = decomposition.EnumerateRunes();
            builder[codePoint] = runes.Any(rune => keptMarks.Contains(rune.Value))
                ? Reorder
                : Map(string.Concat(runes.Where(rune => !Characters.IsMark(rune.Value)).Select(rune => Lower(rune, lowercase))));
        }
    }

    private static string Lower(Rune rune, bool lowercase) => (lowercase ? Characters.Lowercase.GetValueOrDefault(rune.Value) : null) ?? rune.ToString();

    private ushort Map(string text)
    {
        mappings.Add(text);
        return checked((ushort)(FirstMapping + mappings.Count - 1));
    }

    private static void ForEach(ReadOnlySpan<int> ranges, Action<int> action)
    {
        for (var i = 0; i < ranges.Length; i += 2)
        {
            for (var codePoint = ranges[i]; codePoint <= ranges[i + 1]; codePoint++)
            {
                action(codePoint);
            }
        }
    }
}
