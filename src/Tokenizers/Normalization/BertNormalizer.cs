using System.Text;
using TextOps.Tokenizers.Unicode;

namespace TextOps.Tokenizers.Normalization;

/// <summary>
/// BERT's text normalisation. Its steps treat characters one by one, so a table made when it is built tells what all of them do to a character at once;
/// only marks that must be put in order and are kept take the long way (<see cref="ReorderingNormalizer"/>).
/// </summary>
internal sealed class BertNormalizer : INormalizer
{
    private readonly CharacterActions actions;
    private readonly byte[] ascii = new byte[128];
    private readonly ReorderingNormalizer reordering;

    public BertNormalizer(BertNormalizerOptions options)
    {
        actions = new CharacterActions(options);
        reordering = new ReorderingNormalizer(options);
        for (var c = 0; c < ascii.Length; c++)
        {
            ascii[c] = actions[c] switch
            {
                CharacterActions.Keep => (byte)c,
                CharacterActions.Drop => NormalizedText.Dropped,
                CharacterActions.Space => (byte)' ',
                var mapped => (byte)actions.Mapping(mapped)[0],
            };
        }
    }

    /// <inheritdoc/>
    public void Normalize(ReadOnlySpan<char> text, int offset, NormalizedText output)
    {
        output.Clear();
        var position = 0;
        while (position < text.Length)
        {
            position += output.AppendAscii(text[position..], offset + position, ascii);
            while (position < text.Length && text[position] >= 128)
            {
                Rune.DecodeFromUtf16(text[position..], out var rune, out var length);
                if (actions[rune.Value] == CharacterActions.Reorder)
                {
                    reordering.Normalize(text, offset, output);
                    return;
                }

                Append(rune.Value, text.Slice(position, length), offset + position, output);
                position += length;
            }
        }
    }

    private void Append(int codePoint, ReadOnlySpan<char> character, int start, NormalizedText output)
    {
        var end = start + character.Length;
        switch (actions[codePoint])
        {
            case CharacterActions.Keep:
                output.Append(character, start, end);
                break;
            case CharacterActions.Drop:
                break;
            case CharacterActions.Space:
                output.Append(' ', start, end);
                break;
            case CharacterActions.Isolate:
                output.Append(' ', start, end);
                output.Append(character, start, end);
                output.Append(' ', start, end);
                break;
            case CharacterActions.Hangul:
                Span<char> letters = stackalloc char[3];
                output.Append(letters[..Characters.DecomposeHangul(codePoint, letters)], start, end);
                break;
            case var mapped:
                output.Append(actions.Mapping(mapped), start, end);
                break;
        }
    }
}
