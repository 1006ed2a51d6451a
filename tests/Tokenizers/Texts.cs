using System.Text;
using System.Text.Json;

namespace TextOps.Tokenizers.Tests;

/// <summary>Texts to compare on.</summary>
internal static class Texts
{
    /// <summary>The big list of naughty strings.</summary>
    public static IEnumerable<string> NaughtyStrings() =>
        JsonSerializer.Deserialize<string[]>(File.ReadAllText(Repository.SharedData("datasets", "blns", "blns.json")))!;

    /// <summary>The Universal Declaration of Human Rights in many languages: each line, and each file as a whole.</summary>
    public static IEnumerable<string> Declarations() =>
        Directory.GetFiles(Repository.SharedData("datasets", "udhr2"), "*.txt").Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadAllLines(file).Append(File.ReadAllText(file)));

    /// <summary>All code points of the planes that hold characters, but surrogates.</summary>
    public static IEnumerable<string> CodePoints() =>
        new[] { 0, 1, 2, 14 }.SelectMany(plane => Enumerable.Range(plane << 16, 1 << 16)).Where(Rune.IsValid).Select(char.ConvertFromUtf32);

    /// <summary>Reproducible random texts of characters that a tokenizer treats in a special way, and others.</summary>
    public static IEnumerable<string> Mixes(int seed, int count, IReadOnlyList<string> parts)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            for (var length = random.Next(1, 24); length > 0; length--)
            {
                text.Append(parts[random.Next(parts.Count)]);
            }

            yield return text.ToString();
        }
    }

    /// <summary>Any character with equal probability in each of several ranges that behave differently.</summary>
    public static IReadOnlyList<string> MixedParts(int seed)
    {
        var random = new Random(seed);
        (int First, int Last)[] ranges =
        [
            (0x20, 0x7E), (0x20, 0x7E), (0, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0xE00, 0xFFF), (0x1AB0, 0x1CFF),
            (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x20D0, 0x20FF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
            (0xFE00, 0xFFFD), (0x11000, 0x116FF), (0x1D100, 0x1D1FF), (0x1F300, 0x1FAFF), (0x20000, 0x2FFFF), (0xE0000, 0xE01FF),
        ];
        return [.. ranges.SelectMany(range => Enumerable.Range(0, 400).Select(_ => char.ConvertFromUtf32(random.Next(range.First, range.Last + 1))))];
    }
}
