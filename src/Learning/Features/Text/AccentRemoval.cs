using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace TextOps.Learning.Features.Text;

/// <summary>Removes accents: compatibility decomposition (NFKD) without the characters of a combining class; .NET's own is off with invariant globalization.</summary>
internal static class AccentRemoval
{
    private const int FirstHangulSyllable = 0xAC00;
    private const int HangulSyllables = 11172;

    private static readonly FrozenDictionary<int, string> Plain = Read();

    /// <summary>Appends a text without its accents.</summary>
    /// <param name="asciiOnly">Whether what is not ASCII then goes too.</param>
    public static void Strip(ReadOnlySpan<char> text, bool asciiOnly, ArrayBufferWriter<char> target)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                PythonText.Append(rune, target);
            }
            else if (Plain.TryGetValue(rune.Value, out var plain))
            {
                foreach (var left in plain)
                {
                    if (!asciiOnly || char.IsAscii(left))
                    {
                        target.Write([left]);
                    }
                }
            }
            else if (!asciiOnly)
            {
                AppendUnchanged(rune, target);
            }
        }
    }

    private static void AppendUnchanged(Rune rune, ArrayBufferWriter<char> target)
    {
        var index = rune.Value - FirstHangulSyllable;
        if ((uint)index >= HangulSyllables)
        {
            PythonText.Append(rune, target);
            return;
        }

        // The Unicode Standard, 3.12: a syllable is two or three letters.
        target.Write([(char)(0x1100 + (index / (21 * 28))), (char)(0x1161 + (index / 28 % 21))]);
        if (index % 28 != 0)
        {
            target.Write([(char)(0x11A7 + (index % 28))]);
        }
    }

    private static FrozenDictionary<int, string> Read()
    {
        var plain = new Dictionary<int, string>();
        for (var i = 0; i < AccentTables.Removed.Length; i += 2)
        {
            for (var codePoint = AccentTables.Removed[i]; codePoint <= AccentTables.Removed[i + 1]; codePoint++)
            {
                plain.Add(codePoint, "");
            }
        }

        foreach (var entry in AccentTables.Plain.AsSpan().Split('\n'))
        {
            var changed = AccentTables.Plain.AsSpan(entry);
            if (Rune.DecodeFromUtf16(changed, out var rune, out var length) == OperationStatus.Done)
            {
                plain.Add(rune.Value, changed[length..].ToString());
            }
        }

        return plain.ToFrozenDictionary();
    }
}
