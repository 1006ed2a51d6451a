using System.Buffers;
using System.Globalization;
using System.Text;

namespace TextOps.Learning.Features.Text;

/// <summary>Characters and lower case as Python's <c>re</c> and <c>str</c> see them, which scikit-learn builds on; .NET's <c>\w</c> and white space differ.</summary>
internal static class PythonText
{
    private const int CapitalSigma = 0x3A3;

    /// <summary>Whether <c>\w</c> matches: letters, numbers of any kind and the underscore, but no combining marks.</summary>
    public static bool IsWord(int codePoint)
    {
        if (codePoint < 0x80)
        {
            return char.IsAsciiLetterOrDigit((char)codePoint) || codePoint == '_';
        }

        return CharUnicodeInfo.GetUnicodeCategory(codePoint) is <= UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
    }

    /// <summary>Whether <c>str.isspace</c> holds: what .NET calls white space, and the four separators of ASCII.</summary>
    public static bool IsSpace(int codePoint) =>
        codePoint <= 0xFFFF && (char.IsWhiteSpace((char)codePoint) || codePoint is >= 0x1C and <= 0x1F);

    /// <summary>Appends a text in lower case (<c>str.lower</c>): full mappings, so <c>İ</c> becomes two characters and a sigma at the end of a word its final form.</summary>
    public static void Lower(ReadOnlySpan<char> text, ArrayBufferWriter<char> target)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (Ascii.IsValid(text))
        {
            Ascii.ToLower(text, target.GetSpan(text.Length), out var written);
            target.Advance(written);
            return;
        }

        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
            switch (rune.Value)
            {
                case 0x130:
                    target.Write("i\u0307");
                    break;
                case CapitalSigma:
                    target.Write(IsFinal(text, at) ? "ς" : "σ");
                    break;
                default:
                    Append(Rune.ToLowerInvariant(rune), target);
                    break;
            }

            at += length;
        }
    }

    /// <summary>Appends a character.</summary>
    public static void Append(Rune rune, ArrayBufferWriter<char> target) => target.Advance(rune.EncodeToUtf16(target.GetSpan(2)));

    /// <summary>The Unicode Standard, 3.13, Final_Sigma: a cased letter before, none after; what case ignores is skipped.</summary>
    private static bool IsFinal(ReadOnlySpan<char> text, int sigma)
    {
        var before = text[..sigma];
        while (Rune.DecodeLastFromUtf16(before, out var rune, out var length) == OperationStatus.Done && IsCaseIgnorable(rune))
        {
            before = before[..^length];
        }

        if (Rune.DecodeLastFromUtf16(before, out var previous, out _) != OperationStatus.Done || !IsCased(previous))
        {
            return false;
        }

        var after = text[(sigma + 1)..];
        while (Rune.DecodeFromUtf16(after, out var rune, out var length) == OperationStatus.Done && IsCaseIgnorable(rune))
        {
            after = after[length..];
        }

        return Rune.DecodeFromUtf16(after, out var next, out _) != OperationStatus.Done || !IsCased(next);
    }

    private static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9)
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    private static bool IsCaseIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;
}
