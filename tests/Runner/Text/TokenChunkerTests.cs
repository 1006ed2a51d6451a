using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Text;
using TextOps.Tokenizers;

namespace TextOps.Runner.Tests.Text;

public sealed class TokenChunkerTests
{
    [Theory]
    [InlineData("a short text is one chunk as it is", ChunkBoundary.Sentence, 9, 2, " one two. ", " one two. ")]
    [InlineData("sentences stay together", ChunkBoundary.Sentence, 7, 0, "aa bb cc. dd ee ff. gg hh", "aa bb cc. |dd ee ff. gg hh")]
    [InlineData("words stay whole", ChunkBoundary.Word, 3, 0, "aa bbccddeeffgg hh", "aa |bbccddeeffgg |hh")]
    [InlineData("overlap is counted in tokens", ChunkBoundary.Word, 4, 2, "aa bb cc dd ee ff", "aa bb cc dd |cc dd ee ff")]
    [InlineData("space at the front belongs to the first", ChunkBoundary.None, 2, 0, "   aa bb cc dd", "   aa bb |cc dd")]
    [InlineData("a piece of a word may have more tokens than it had in the word", ChunkBoundary.None, 1, 0, "aabbbbb", "aa|bb|b|bb")]
    [InlineData("nothing but spaces is one chunk", ChunkBoundary.Word, 2, 0, "          ", "          ")]
    public void Cuts_by_tokens(string why, ChunkBoundary boundary, int size, int overlap, string text, string expected)
    {
        var chunks = Chunks(new Chunking { Unit = ChunkUnit.Tokens, Size = size, Overlap = overlap, Boundary = boundary }, text);

        var shown = string.Join('|', chunks.Select(chunk => text[chunk.Start..chunk.End]));
        Assert.True(expected == shown, $"{why}: {shown}");
    }

    [Fact]
    public void Any_text_is_covered_by_chunks_that_have_no_more_tokens_than_stated()
    {
        var random = new Random(43);
        var tokenizer = new Pieces();
        var tokens = new Encoding();
        for (var round = 0; round < 4000; round++)
        {
            var size = random.Next(1, random.Next(2) == 0 ? 6 : 40);
            var chunking = new Chunking { Unit = ChunkUnit.Tokens, Size = size, Overlap = random.Next(size), Boundary = (ChunkBoundary)random.Next(3) };
            var text = RandomTexts.Next(random, 100);

            var chunks = Chunks(chunking, text);

            var why = $"round {round}: {chunking} {string.Join(' ', chunks)} {text}";
            Assert.True(chunks[0].Start == 0 && chunks[^1].End == text.Length, why);
            foreach (var chunk in chunks)
            {
                tokenizer.Encode(text.AsSpan(chunk.Start, chunk.End - chunk.Start), tokens, addSpecialTokens: false);
                Assert.True(tokens.Ids.Count <= size || ScalarOffsets.Count(text.AsSpan(chunk.Start, chunk.End - chunk.Start)) == 1, why);
                Assert.True(chunk.End > chunk.Start && !char.IsLowSurrogate(text[chunk.Start]) && (chunk.End == text.Length || !char.IsLowSurrogate(text[chunk.End])), why);
            }

            Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.True(
                pair.Second.Start > pair.First.Start && pair.Second.Start <= pair.First.End && pair.Second.End > pair.First.End, why));
        }
    }

    [Fact]
    public void Chunks_of_tokens_need_a_tokenizer() =>
        Assert.Throws<ArgumentNullException>(() => new Chunker(new Chunking { Unit = ChunkUnit.Tokens }));

    private static List<ChunkSpan> Chunks(Chunking chunking, string text)
    {
        var into = new List<ChunkSpan>();
        new Chunker(chunking, new Pieces()).Split(text, into);
        return into;
    }

    /// <summary>
    /// Words become pieces: the first of two characters, the others of five, so that a piece cut out of a word has other tokens than in the word. Punctuation is a token,
    /// an accent none, and a character beyond the first plane three that stand at the same place.
    /// </summary>
    private sealed class Pieces : ITokenizer
    {
        public int PadTokenId => 0;

        public int? UnknownTokenId => null;

        public int SpecialTokenCount => 0;

        public int VocabularySize => 10;

        public void Encode(ReadOnlySpan<char> text, Encoding encoding, bool addSpecialTokens = true)
        {
            encoding.Clear();
            var room = 0;
            for (var index = 0; index < text.Length; index++)
            {
                if (char.IsHighSurrogate(text[index]))
                {
                    for (var copy = 0; copy < 3; copy++)
                    {
                        Add(encoding, index, index + 2);
                    }

                    index++;
                    room = 0;
                }
                else if (char.IsWhiteSpace(text[index]) || char.IsControl(text[index]))
                {
                    room = 0;
                }
                else if (char.IsPunctuation(text[index]))
                {
                    Add(encoding, index, index + 1);
                    room = 0;
                }
                else if (char.GetUnicodeCategory(text[index]) != System.Globalization.UnicodeCategory.NonSpacingMark)
                {
                    if (room == 0)
                    {
                        var inWord = encoding.Offsets.Count > 0 && encoding.Offsets[^1].End == index && !char.IsPunctuation(text[index - 1]) && !char.IsLowSurrogate(text[index - 1]);
                        room = inWord ? 5 : 2;
                        Add(encoding, index, index);
                    }

                    room--;
                    encoding.Offsets[^1] = (encoding.Offsets[^1].Start, index + 1);
                }
            }
        }

        private static void Add(Encoding encoding, int start, int end)
        {
            encoding.Ids.Add(1);
            encoding.Offsets.Add((start, end));
        }
    }
}
