using TextOps.Tokenizers;

namespace TextOps.Onnx.Tests.Embeddings;

/// <summary>A tokenizer that can be read off the page: one token per character, <c>a</c> = 2, <c>b</c> = 3 and so on; anything else is unknown (1); padding is 0.</summary>
internal sealed class CharacterTokenizer(int[] before, int[] after, int vocabularySize = 5) : ITokenizer
{
    public CharacterTokenizer()
        : this([], [])
    {
    }

    public int PadTokenId => 0;

    public int? UnknownTokenId => 1;

    public int SpecialTokenCount => before.Length + after.Length;

    public int VocabularySize => vocabularySize;

    public void Encode(ReadOnlySpan<char> text, Encoding encoding, bool addSpecialTokens = true)
    {
        encoding.Clear();
        Add(encoding, addSpecialTokens ? before : []);
        for (var i = 0; i < text.Length; i++)
        {
            encoding.Ids.Add(text[i] is >= 'a' and <= 'z' ? text[i] - 'a' + 2 : 1);
            encoding.Offsets.Add((i, i + 1));
        }

        Add(encoding, addSpecialTokens ? after : []);
    }

    private static void Add(Encoding encoding, int[] special)
    {
        foreach (var id in special)
        {
            encoding.Ids.Add(id);
            encoding.Offsets.Add((0, 0));
        }
    }
}
