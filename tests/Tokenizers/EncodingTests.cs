using System.Text.Json;

namespace TextOps.Tokenizers.Tests;

/// <summary>Encoding itself: recorded ids, threads, limits.</summary>
public sealed class EncodingTests
{
    [Fact]
    public void Ids_equal_the_recorded_ones()
    {
        var tokenizer = HuggingFaceTokenizer.Load(Repository.SharedData("models", "all-MiniLM-L6-v2", "tokenizer.json"));
        var encoding = new Encoding();
        var rows = 0;
        foreach (var line in File.ReadLines(Repository.SharedData("models", "golden", "embeddings.jsonl")))
        {
            const int RecordedAtMost = 256;
            using var row = JsonDocument.Parse(line);
            tokenizer.Encode(row.RootElement.GetProperty("text").GetString(), encoding);
            var recorded = row.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            int[] truncated = encoding.Ids.Count <= RecordedAtMost ? [.. encoding.Ids] : [.. encoding.Ids.Take(RecordedAtMost - 1), encoding.Ids[^1]];
            Assert.Equal(recorded, truncated);
            rows++;
        }

        Assert.Equal(173, rows);
    }

    [Fact]
    public void Many_threads_share_a_tokenizer()
    {
        var tokenizer = HuggingFaceTokenizer.Load(Repository.SharedData("tokenizers", "bert-base-uncased", "tokenizer.json"));
        var texts = Texts.Declarations().Concat(Texts.NaughtyStrings()).Concat(Texts.Mixes(10, 500, Texts.MixedParts(11))).ToArray();
        var expected = texts.Select(text => Encode(text, new Encoding())).ToArray();
        var start = new Barrier(8);
        var threads = Enumerable.Range(0, 8).Select(worker => Task.Factory.StartNew(
            () =>
            {
                var encoding = new Encoding();
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return Enumerable.Range(0, texts.Length).Select(i => (i + (worker * 131)) % texts.Length).Count(i => Encode(texts[i], encoding) != expected[i]);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        Assert.All(threads, thread => Assert.Equal(0, thread.Result));

        string Encode(string text, Encoding encoding)
        {
            tokenizer.Encode(text, encoding);
            return string.Join(' ', encoding.Ids.Zip(encoding.Offsets));
        }
    }

    [Fact]
    public void A_text_is_encoded_without_allocating()
    {
        var tokenizer = HuggingFaceTokenizer.Load(Repository.SharedData("tokenizers", "bert-base-uncased", "tokenizer.json"));
        var text = string.Join('\n', Texts.Declarations().Take(200));
        var encoding = new Encoding();

        // Soon: code that the JIT has not optimised yet boxes an enumerator.
        Assert.True(SpinWait.SpinUntil(() => Allocated() == 0, TimeSpan.FromSeconds(20)), $"{Allocated()} bytes are allocated");

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            tokenizer.Encode(text, encoding);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Files_truncation_and_padding_are_left_to_the_caller()
    {
        // The file of MiniLM asks for 128 tokens, no more and no fewer.
        var tokenizer = HuggingFaceTokenizer.Load(Repository.SharedData("models", "all-MiniLM-L6-v2", "tokenizer.json"));
        var encoding = new Encoding();
        tokenizer.Encode("word", encoding);
        Assert.Equal(3, encoding.Ids.Count);
        tokenizer.Encode(string.Concat(Enumerable.Repeat("word ", 1000)), encoding);
        Assert.Equal(1002, encoding.Ids.Count);
        Assert.Equal((4995, 4999), encoding.Offsets[^2]);
    }

    [Fact]
    public void Hostile_words_take_time_in_proportion_to_their_length()
    {
        // Pieces up to a thousand letters, words of up to sixty thousand: every start tries a thousand lengths, and no more.
        var json = TokenizerJson.Bert(Enumerable.Range(1, 1000).Select(length => "##" + new string('a', length)).Append("a"));
        json["model"]!["max_input_chars_per_word"] = 60_000;
        var encoding = new Encoding();
        json.Load().Encode(new string('a', 60_000), encoding, addSpecialTokens: false);
        Assert.Equal(1 + 60, encoding.Ids.Count);
        Assert.Equal((59_001, 60_000), encoding.Offsets[^1]);
    }
}
