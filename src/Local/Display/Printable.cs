using System.Globalization;
using System.Text;

namespace TextOps.Local.Display;

/// <summary>Text of others made safe for a terminal: control characters, and what turns the writing direction, are shown as escapes.</summary>
internal static class Printable
{
    /// <summary><paramref name="text"/> on one line, cut at <paramref name="maxLength"/> characters.</summary>
    public static string OneLine(string text, int maxLength = 1024)
    {
        var safe = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (safe.Length >= maxLength)
            {
                safe.Append('…');
                break;
            }

            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control when rune.Value is '\n' or '\r' or '\t':
                    safe.Append(' ');
                    break;
                case UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                    when rune.Value != 0x200D:
                    safe.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                    break;
                default:
                    safe.Append(rune);
                    break;
            }
        }

        return safe.ToString();
    }
}
