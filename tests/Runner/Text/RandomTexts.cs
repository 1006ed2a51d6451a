using System.Text;

namespace TextOps.Runner.Tests.Text;

/// <summary>Texts as nobody writes them, to find what nobody thought of.</summary>
internal static class RandomTexts
{
    private static readonly string[] Pieces =
    [
        "a", "word", "another", "Überraschung", "supercalifragilisticexpialidocious", " ", " ", " ", "  ", "\n", "\r\n", "\n\n", "\t", "\u00A0", ". ", "! ", "?", "... ", ".) ", "3.14", "e.g. ",
        "漢字", "かな", "ー", "。", "！」", "、", "한국어", "العربية ", "؟ ", "नमस्ते ", "। ", "ไทย", "😀", "👩‍👩‍👧", "👍🏽", "🇩🇪", "e\u0301", "o\u0302\u0303", "𝔘𝔫𝔦", "\u20000", "\u200B", "\0",
    ];

    /// <summary>A text of up to <paramref name="pieces"/> pieces: all of them mixed, or a few again and again.</summary>
    public static string Next(Random random, int pieces)
    {
        var kinds = random.Next(4) switch
        {
            0 => Pieces,
            1 => [Pieces[random.Next(Pieces.Length)]],
            2 => ["word", " ", ". ", "longer"],
            _ => [Pieces[random.Next(Pieces.Length)], Pieces[random.Next(Pieces.Length)], Pieces[random.Next(Pieces.Length)]],
        };
        var text = new StringBuilder();
        for (var count = random.Next(1, pieces + 1); count > 0; count--)
        {
            text.Append(kinds[random.Next(kinds.Length)]);
        }

        return text.ToString();
    }
}
