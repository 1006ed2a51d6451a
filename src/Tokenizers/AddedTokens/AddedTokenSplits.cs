using TextOps.Tokenizers.Unicode;

namespace TextOps.Tokenizers.AddedTokens;

/// <summary>
/// Walks over a text as Hugging Face's AddedVocabulary does: added tokens with the white space they strip, and what lies between them. A token that must be
/// a single word and is not stays in the text, but what it covers is not searched again.
/// </summary>
internal ref struct AddedTokenSplits(AddedTokenMatcher matcher, ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> text = text;
    private int searchFrom;
    private int consumed;
    private int whitespaceEnd;
    private (int Start, int End, AddedToken Token)? pending;

    /// <summary>Where the current part begins.</summary>
    public int Start { get; private set; }

    /// <summary>Where the current part ends.</summary>
    public int End { get; private set; }

    /// <summary>The added token that the current part is; null for text.</summary>
    public AddedToken? Token { get; private set; }

    /// <summary>Goes to the next part, which may be empty.</summary>
    public bool MoveNext()
    {
        if (pending is { } found)
        {
            pending = null;
            return Yield(found.Start, found.End, found.Token);
        }

        while (matcher.Find(text, searchFrom, out var length, out var token) is var start and >= 0)
        {
            var end = start + length;
            searchFrom = end;
            if (token!.SingleWord && TouchesWord(start, end))
            {
                continue;
            }

            if (token.StripLeft)
            {
                // White space that the token before has taken stays with it.
                start = Math.Max(WhitespaceBefore(start, consumed), consumed);
            }

            if (token.StripRight)
            {
                end = WhitespaceAfter(end);
            }

            if (consumed >= start)
            {
                return Yield(start, end, token);
            }

            pending = (start, end, token);
            return Yield(consumed, start, null);
        }

        // No token is left: what follows the last one is text.
        searchFrom = text.Length;
        return consumed != text.Length && Yield(consumed, text.Length, null);
    }

    private bool Yield(int start, int end, AddedToken? token)
    {
        (Start, End, Token) = (start, end, token);
        consumed = end;
        return true;
    }

    private readonly bool TouchesWord(int start, int end) =>
        (start > 0 && IsWord(Characters.TraitsAtEnd(text[..start], out _))) ||
        (end < text.Length && IsWord(Characters.TraitsAtStart(text[end..], out _)));

    private static bool IsWord(CharacterTraits traits) => (traits & CharacterTraits.Word) != CharacterTraits.None;

    private readonly int WhitespaceBefore(int position, int limit)
    {
        while (position > limit && (Characters.TraitsAtEnd(text[..position], out var length) & CharacterTraits.Whitespace) != CharacterTraits.None)
        {
            position -= length;
        }

        return position;
    }

    private int WhitespaceAfter(int position)
    {
        // Tokens that are white space themselves are searched again in what one of them has stripped; its end is known.
        position = Math.Max(position, whitespaceEnd);
        while (position < text.Length && (Characters.TraitsAtStart(text[position..], out var length) & CharacterTraits.Whitespace) != CharacterTraits.None)
        {
            position += length;
        }

        return whitespaceEnd = position;
    }
}
