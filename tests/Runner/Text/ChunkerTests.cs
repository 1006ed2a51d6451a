using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Text;

namespace TextOps.Runner.Tests.Text;

public sealed class ChunkerTests
{
    [Theory]
    [InlineData("a short text is one chunk as it is", ChunkBoundary.Sentence, 20, 5, " A b. C d. ", " A b. C d. ")]
    [InlineData("a text just as long as a chunk", ChunkBoundary.Sentence, 11, 5, "hello world", "hello world")]
    [InlineData("sentences stay together", ChunkBoundary.Sentence, 20, 0, "First one. Second one. Third.", "First one. |Second one. Third.")]
    [InlineData("the last end of a sentence that fits", ChunkBoundary.Sentence, 16, 0, "One. Two. Three. Four five.", "One. Two. Three.| Four five.")]
    [InlineData("no end of a sentence in the first half", ChunkBoundary.Sentence, 20, 0, "One. Two three four five six.", "One. Two three four |five six.")]
    [InlineData("a point in a number ends nothing", ChunkBoundary.Sentence, 12, 0, "about 3.14159 or so", "about |3.14159 or |so")]
    [InlineData("quotes and brackets belong to their sentence", ChunkBoundary.Sentence, 16, 0, "(\"He left.\") She stayed.", "(\"He left.\") |She stayed.")]
    [InlineData("question, exclamation and ellipsis", ChunkBoundary.Sentence, 9, 0, "Why me? Oh no! Well… Yes", "Why me? |Oh no! |Well… Yes")]
    [InlineData("a blank line ends a heading", ChunkBoundary.Sentence, 14, 0, "Heading\n\nsome words follow", "Heading\n\n|some words |follow")]
    [InlineData("a line end alone is only white space", ChunkBoundary.Sentence, 14, 0, "a line\nof some words", "a line\nof some| words")]
    [InlineData("Chinese sentences need no space", ChunkBoundary.Sentence, 8, 0, "今天很好。我们走吧。再见", "今天很好。|我们走吧。再见")]
    [InlineData("a closing bracket goes with its sentence", ChunkBoundary.Sentence, 8, 0, "「今天很好。」我们走吧。", "「今天很好。」|我们走吧。")]
    [InlineData("Hindi", ChunkBoundary.Sentence, 12, 0, "यह एक है। वह दो है।", "यह एक है। |वह दो है।")]
    [InlineData("words stay whole", ChunkBoundary.Word, 10, 0, "hello world again", "hello |world |again")]
    [InlineData("a word that just fits", ChunkBoundary.Word, 11, 0, "hello world again", "hello world| again")]
    [InlineData("a word longer than a chunk is cut", ChunkBoundary.Word, 5, 0, "abcdefghijkl mn", "abcde|fghij|kl mn")]
    [InlineData("no cut at a no-break space", ChunkBoundary.Word, 12, 0, "costs about 10\u00A0km", "costs about |10\u00A0km")]
    [InlineData("ideographs are words", ChunkBoundary.Word, 4, 0, "我们今天走吧", "我们今天|走吧")]
    [InlineData("no cut before a mark that must not begin a line", ChunkBoundary.Word, 4, 0, "コンピュータ", "コンピ|ュータ")]
    [InlineData("anywhere", ChunkBoundary.None, 5, 0, "hello world again", "hello| worl|d aga|in")]
    [InlineData("a pair is one character and stays whole", ChunkBoundary.None, 3, 0, "a😀b😀c😀", "a😀b|😀c😀")]
    [InlineData("an accent stays with its letter", ChunkBoundary.None, 3, 0, "abe\u0301cd", "ab|e\u0301c|d")]
    [InlineData("a family stays together", ChunkBoundary.None, 7, 0, "abc👩‍👩‍👧def", "abc|👩‍👩‍👧de|f")]
    [InlineData("flags stay whole", ChunkBoundary.None, 3, 0, "🇩🇪🇫🇷🇮🇹", "🇩🇪|🇫🇷|🇮🇹")]
    [InlineData("a line end of Windows stays whole", ChunkBoundary.None, 3, 0, "ab\r\ncd", "ab|\r\nc|d")]
    [InlineData("marks without end are cut", ChunkBoundary.None, 3, 0, "a\u0301\u0302\u0303\u0304\u0305", "a\u0301\u0302|\u0303\u0304\u0305")]
    [InlineData("overlap anywhere is exact", ChunkBoundary.None, 5, 2, "abcdefghijk", "abcde|defgh|ghijk")]
    [InlineData("overlap begins at a word", ChunkBoundary.Word, 12, 6, "one two three four five", "one two |two three |three four |four five")]
    [InlineData("overlap inside a long word", ChunkBoundary.Word, 6, 2, "abcdefghijkl", "abcdef|efghij|ijkl")]
    [InlineData("overlap of all but one", ChunkBoundary.Sentence, 3, 2, "abcde", "abc|bcd|cde")]
    [InlineData("chunks of one", ChunkBoundary.Sentence, 1, 0, "a😀.", "a|😀|.")]
    [InlineData("an end that would repeat the chunk is not taken", ChunkBoundary.Sentence, 10, 8, "A. bcdefghijklmn", "A. bcdefgh|bcdefghijk|defghijklm|fghijklmn")]
    public void Cuts_where_a_reader_would(string why, ChunkBoundary boundary, int size, int overlap, string text, string expected)
    {
        var chunks = Chunks(new Chunking { Size = size, Overlap = overlap, Boundary = boundary }, text);

        var shown = string.Join('|', chunks.Select(chunk => text[chunk.Start..chunk.End]));
        Assert.True(expected == shown, $"{why}: {shown}");
    }

    [Fact]
    public void An_empty_text_has_no_chunks()
    {
        var into = new List<ChunkSpan> { new(1, 2) };

        new Chunker(new Chunking()).Split("", into);

        Assert.Empty(into);
    }

    [Fact]
    public void Five_thousand_characters_become_chunks_that_cover_them_with_the_stated_overlap()
    {
        var random = new Random(1);
        var words = new System.Text.StringBuilder();
        while (words.Length < 5000)
        {
            words.Append("lorem ipsum dolor sit amet consetetur sadipscing elitr"[..random.Next(3, 54)]).Append(random.Next(3) == 0 ? ". " : " ");
        }

        var text = words.ToString()[..5000];

        var chunks = Chunks(new Chunking(), text);

        Assert.InRange(chunks.Count, 3, 5);
        Assert.Equal((0, 5000), (chunks[0].Start, chunks[^1].End));
        Assert.All(chunks, chunk => Assert.InRange(chunk.End - chunk.Start, 1, 2048));
        Assert.All(chunks.Zip(chunks.Skip(1)), pair =>
        {
            Assert.InRange(pair.First.End - pair.Second.Start, 200 - "consetetur".Length - 1, 200);
            Assert.Equal(' ', text[pair.Second.Start - 1]);
            Assert.Equal('.', text[..pair.First.End].TrimEnd()[^1]);
        });
    }

    [Fact]
    public void Five_thousand_characters_without_a_space_overlap_exactly()
    {
        var chunks = Chunks(new Chunking(), new string('x', 5000));

        Assert.Equal([new(0, 2048), new(1848, 3896), new(3696, 5000)], chunks);
    }

    [Theory]
    [InlineData("letters without end", "x")]
    [InlineData("words", "word ")]
    [InlineData("spaces", " ")]
    [InlineData("emoji", "😀")]
    [InlineData("accents", "e\u0301")]
    [InlineData("points", ".")]
    public void Long_texts_with_the_largest_overlap_end_soon(string why, string piece)
    {
        // Each chunk starts about one character later: looking over a whole chunk each time would take hours.
        var text = string.Concat(Enumerable.Repeat(piece, 300_000 / piece.Length));
        foreach (var boundary in Enum.GetValues<ChunkBoundary>())
        {
            var chunks = Chunks(new Chunking { Size = 100_000, Overlap = 99_999, Boundary = boundary }, text);

            Assert.True(chunks[^1].End == text.Length, why);
        }
    }

    [Fact]
    public void Any_text_is_covered_by_chunks_within_their_bounds()
    {
        var random = new Random(42);
        for (var round = 0; round < 6000; round++)
        {
            var size = random.Next(1, random.Next(2) == 0 ? 8 : 60);
            var chunking = new Chunking { Size = size, Overlap = random.Next(size), Boundary = (ChunkBoundary)random.Next(3) };
            var text = RandomTexts.Next(random, 120);

            var chunks = Chunks(chunking, text);

            var why = $"round {round}: {chunking} {string.Join(' ', chunks)} {text}";
            Assert.True(chunks[0].Start == 0 && chunks[^1].End == text.Length, why);
            foreach (var chunk in chunks)
            {
                Assert.True(ScalarOffsets.Count(text.AsSpan(chunk.Start, chunk.End - chunk.Start)) <= size && chunk.End > chunk.Start, why);
                Assert.True(!char.IsLowSurrogate(text[chunk.Start]) && (chunk.End == text.Length || !char.IsLowSurrogate(text[chunk.End])), why);
            }

            foreach (var (one, next) in chunks.Zip(chunks.Skip(1)))
            {
                Assert.True(next.Start > one.Start && next.Start <= one.End && next.End > one.End, why);
                var repeated = ScalarOffsets.Count(text.AsSpan(next.Start, one.End - next.Start));
                Assert.True(repeated <= chunking.Overlap, why);
                Assert.True(repeated == chunking.Overlap || (chunking.Boundary != ChunkBoundary.None && BeginsAWord(text, next.Start)), why);
            }
        }
    }

    [Fact]
    public void A_chunker_can_be_used_again()
    {
        var chunker = new Chunker(new Chunking { Size = 5, Overlap = 1 });
        var into = new List<ChunkSpan>();
        chunker.Split("😀😀😀😀😀😀😀😀", into);
        var first = into.ToList();

        chunker.Split("a longer text in between, without pairs", into);
        chunker.Split("😀😀😀😀😀😀😀😀", into);

        Assert.Equal(first, into);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(5, -1)]
    public void Settings_without_an_end_are_refused(int size, int overlap) =>
        Assert.Throws<ArgumentException>(() => new Chunker(new Chunking { Size = size, Overlap = overlap }));

    private static bool BeginsAWord(string text, int index)
    {
        var borders = new TextBorder[text.Length];
        TextBorders.Mark(text, borders);
        return borders[index].HasFlag(TextBorder.WordStart);
    }

    private static List<ChunkSpan> Chunks(Chunking chunking, string text)
    {
        var into = new List<ChunkSpan>();
        new Chunker(chunking).Split(text, into);
        return into;
    }
}
