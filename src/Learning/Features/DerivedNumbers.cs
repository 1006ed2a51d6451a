using System.Runtime.InteropServices;
using System.Text;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features.Text;

namespace TextOps.Learning.Features;

/// <summary>Numbers derived from a text; <see cref="DerivedNumber"/> defines them. White space is Python's, characters are Unicode scalar values.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DerivedNumbers
{
    private int Characters { get; init; }

    private int WordCharacters { get; init; }

    private int Words { get; init; }

    private int Exclamations { get; init; }

    private int Questions { get; init; }

    private int Letters { get; init; }

    private int Capitals { get; init; }

    private int Digits { get; init; }

    /// <summary>Counts what there is in a text.</summary>
    public static DerivedNumbers Of(ReadOnlySpan<char> text)
    {
        var numbers = default(DerivedNumbers);
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var isSpace = PythonText.IsSpace(rune.Value);
            numbers = numbers with
            {
                Characters = numbers.Characters + 1,
                WordCharacters = numbers.WordCharacters + (isSpace ? 0 : 1),
                Words = numbers.Words + (isSpace || inWord ? 0 : 1),
                Exclamations = numbers.Exclamations + (rune.Value == '!' ? 1 : 0),
                Questions = numbers.Questions + (rune.Value == '?' ? 1 : 0),
                Letters = numbers.Letters + (Rune.IsLetter(rune) ? 1 : 0),
                Capitals = numbers.Capitals + (Rune.IsUpper(rune) ? 1 : 0),
                Digits = numbers.Digits + (Rune.IsDigit(rune) ? 1 : 0),
            };
            inWord = !isSpace;
        }

        return numbers;
    }

    /// <summary>One of the numbers.</summary>
    public double this[DerivedNumber number] => number switch
    {
        DerivedNumber.TextLength => Characters,
        DerivedNumber.WordCount => Words,
        DerivedNumber.AverageWordLength => Ratio(WordCharacters, Words),
        DerivedNumber.ExclamationCount => Exclamations,
        DerivedNumber.QuestionCount => Questions,
        DerivedNumber.UpperRatio => Ratio(Capitals, Letters),
        DerivedNumber.DigitRatio => Ratio(Digits, Characters),
        _ => throw new ArgumentOutOfRangeException(nameof(number), number, "not a derived number"),
    };

    private static double Ratio(int part, int all) => all == 0 ? 0 : (double)part / all;
}
