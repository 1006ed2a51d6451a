using System.Text;

namespace TextOps.Tokenizers.Tests;

/// <summary>Compares our tokenizer with the oracle, text by text.</summary>
internal static class Comparison
{
    private const int TextsAtOnce = 2048;
    private const int Shown = 10;

    /// <summary>Fails with the first differences where ids or offsets of a text are not the oracle's.</summary>
    public static async Task EqualsOracleAsync(Oracle oracle, string file, IEnumerable<string> texts, bool special = true)
    {
        var tokenizer = HuggingFaceTokenizer.Load(file);
        var encoding = new Encoding();
        var differences = new List<string>();
        var count = 0;
        foreach (var chunk in texts.Chunk(TextsAtOnce))
        {
            var expected = await oracle.EncodeAsync(file, chunk, special);
            for (var i = 0; i < chunk.Length; i++)
            {
                count++;
                tokenizer.Encode(chunk[i], encoding, special);
                if (!encoding.Ids.SequenceEqual(expected[i].Ids) || !encoding.Offsets.SequenceEqual(expected[i].Offsets))
                {
                    differences.Add(
                        $"{Escape(chunk[i])}\n  expected {string.Join(' ', expected[i].Ids)} at {string.Join(' ', expected[i].Offsets)}" +
                        $"\n  but was  {string.Join(' ', encoding.Ids)} at {string.Join(' ', encoding.Offsets)}");
                }
            }
        }

        Assert.True(count > 0, "no texts were compared");
        Assert.True(differences.Count == 0, $"{differences.Count} of {count} texts differ:\n{string.Join('\n', differences.Take(Shown))}");
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            escaped.Append(c is > ' ' and < '\x7f' ? c.ToString() : $"\\u{(int)c:X4}");
        }

        return escaped.ToString();
    }
}
