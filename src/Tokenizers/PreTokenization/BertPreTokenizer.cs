using TextOps.Tokenizers.Unicode;

namespace TextOps.Tokenizers.PreTokenization;

/// <summary>Parts words at white space, which goes, and makes every punctuation character a word of its own.</summary>
internal sealed class BertPreTokenizer : IPreTokenizer
{
    /// <inheritdoc/>
    public bool TryNext(ReadOnlySpan<char> text, ref int position, out int start)
    {
        var at = position;
        var length = 1;
        var traits = CharacterTraits.None;
        for (; at < text.Length; at += length)
        {
            traits = Characters.TraitsAtStart(text[at..], out length);
            if ((traits & CharacterTraits.Whitespace) == CharacterTraits.None)
            {
                break;
            }
        }

        start = at;
        if (at >= text.Length)
        {
            position = at;
            return false;
        }

        at += length;
        if ((traits & CharacterTraits.Punctuation) == CharacterTraits.None)
        {
            for (; at < text.Length; at += length)
            {
                traits = Characters.TraitsAtStart(text[at..], out length);
                if ((traits & (CharacterTraits.Whitespace | CharacterTraits.Punctuation)) != CharacterTraits.None)
                {
                    break;
                }
            }
        }

        position = at;
        return true;
    }
}
