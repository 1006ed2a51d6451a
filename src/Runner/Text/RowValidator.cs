using System.Globalization;
using System.Text;
using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Runner.Text;

/// <summary>Says which rows are rejected, and why. Lengths are Unicode scalar values of the text without the white space around it.</summary>
/// <param name="validation">The rules.</param>
/// <param name="earlier">Texts of the rows before; needed where duplicates are rejected.</param>
internal sealed class RowValidator(RowValidation validation, DuplicateSet? earlier = null)
{
    private readonly DuplicateSet? earlier = !validation.RejectDuplicates
        ? null
        : earlier ?? throw new ArgumentNullException(nameof(earlier), "a set of earlier texts is needed to reject duplicates");

    /// <summary>
    /// The first of <see cref="RejectReasons"/> that holds, in this order: Empty, DigitsOnly, TooShort, TooLong, Duplicate; null where the text
    /// is good.
    /// </summary>
    public string? Check(string? text)
    {
        if (text is null || IsEmpty(text))
        {
            return RejectReasons.Empty;
        }

        var trimmed = text.AsSpan().Trim();
        if (validation.RejectDigitsOnly && IsDigitsOnly(trimmed))
        {
            return RejectReasons.DigitsOnly;
        }

        var length = ScalarOffsets.Count(trimmed);
        if (length < validation.MinLength)
        {
            return RejectReasons.TooShort;
        }

        if (length > validation.MaxLength)
        {
            return RejectReasons.TooLong;
        }

        // Last, for it remembers the text: a rejected row makes no later one a duplicate.
        return earlier is not null && !earlier.Add(trimmed) ? RejectReasons.Duplicate : null;
    }

    private static bool IsEmpty(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Numbers of any script with what stands between them: spaces, punctuation, signs of arithmetic and currency, invisible marks.</summary>
    private static bool IsDigitsOnly(ReadOnlySpan<char> text)
    {
        var digits = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsNumber(rune))
            {
                digits = true;
            }
            else if (!Rune.IsWhiteSpace(rune) && !Rune.IsPunctuation(rune) && !IsSign(rune))
            {
                return false;
            }
        }

        return digits;
    }

    private static bool IsSign(Rune rune) =>
        (rune.IsAscii && Rune.IsSymbol(rune))
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.Control or UnicodeCategory.Format;
}
