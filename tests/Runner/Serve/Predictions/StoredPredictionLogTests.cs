using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Predictions;
using TextOps.Artifacts.Stores;
using TextOps.Kubernetes.Tests.Support;
using TextOps.Runner.Serve.Predictions;
using TextOps.Tests;
using TimersByHand = TextOps.Kubernetes.Tests.Support.ManualTime;

namespace TextOps.Runner.Tests.Serve.Predictions;

public sealed class StoredPredictionLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TimersByHand time = new();
    private readonly LogLines log = new();
    private readonly BrokenStore store;

    public StoredPredictionLogTests() => store = new BrokenStore(new FileObjectStore(folder.Path));

    private string Root => folder.File("predictions", "default.reviews", "production");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_prediction_is_a_line_with_its_text_or_the_hash_of_it(bool keepsText)
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("Great <book>\n")));
        await using (var predictions = Open(keepsText: keepsText))
        {
            predictions.Record(Prediction("0197-1") with { Text = "Great <book>\n", Fields = new Dictionary<string, double> { ["price"] = 12.5 }, Recomputed = ["text_len"] });
            predictions.Feedback(new FeedbackRecord { Id = "0197-1", Time = time.GetUtcNow(), Label = "negative", Comment = "no" });
            predictions.Feedback(new FeedbackRecord { Id = "0197-1", Time = time.GetUtcNow(), Score = 0.25 });
        }

        var input = keepsText ? """ "input":"Great <book>\n" """.Trim() : $"\"inputSha256\":\"{hash}\"";
        Assert.Equal(
            [
                $$$"""{"kind":"prediction","id":"0197-1","time":"2026-03-01T12:00:00Z","version":"v000003","stage":"production",{{{input}}},"fields":{"price":12.5},"recomputed":["text_len"],"output":{"label":"positive","score":0.9,"probabilities":{"negative":0.1,"positive":0.9}},"latencyMs":1.25}""",
                """{"kind":"feedback","id":"0197-1","time":"2026-03-01T12:00:00Z","version":"v000003","stage":"production","label":"negative","comment":"no"}""",
                """{"kind":"feedback","id":"0197-1","time":"2026-03-01T12:00:00Z","version":"v000003","stage":"production","score":0.25}""",
            ],
            Lines());
        Assert.DoesNotContain(keepsText ? hash : "Great", File.ReadAllText(Assert.Single(Parts())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_is_written_when_it_is_old_enough()
    {
        await using var predictions = Open();
        predictions.Record(Prediction("1"));
        predictions.Record(Prediction("2"));
        await Eventually.HoldsAsync("the flush is waited for", () => time.Waiting > 0);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(Parts());
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync("a part", () => Parts().Count == 1);
        Assert.Equal(["1", "2"], Ids());
    }

    [Fact]
    public async Task A_part_is_written_when_it_is_large_enough()
    {
        await using var predictions = Open(limits: new PredictionLogLimits { PartBytes = 10_000 });
        for (var id = 0; id < 200; id++)
        {
            predictions.Record(Prediction($"{id}"));
        }

        await Eventually.HoldsAsync("parts", () => Parts().Count >= 4);
        Assert.All(Parts().Take(4), part => Assert.InRange(new FileInfo(part).Length, 10_000, 10_400));
    }

    [Fact]
    public async Task A_part_is_of_one_day()
    {
        time.Advance(new TimeSpan(11, 59, 50));
        await using (var predictions = Open())
        {
            predictions.Record(Prediction("today"));
            await Eventually.HoldsAsync("the flush is waited for", () => time.Waiting > 0);
            time.Advance(TimeSpan.FromSeconds(10));
            await Eventually.HoldsAsync("a part", () => Parts().Count == 1);
            predictions.Record(Prediction("tomorrow"));
        }

        Assert.Equal(["2026-03-01", "2026-03-02"], Parts().Select(part => Path.GetFileName(Path.GetDirectoryName(part))));
    }

    [Fact]
    public async Task Nothing_is_written_where_there_is_nothing()
    {
        await using (Open())
        {
            time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(0, store.Puts);
    }

    [Fact]
    public async Task A_sample_is_decided_by_the_id_and_feedback_is_always_kept()
    {
        var ids = Enumerable.Range(0, 4000).Select(number => Guid.CreateVersion7().ToString()).ToList();
        for (var pass = 0; pass < 2; pass++)
        {
            await using var predictions = Open(rate: 0.25);
            ids.ForEach(id => predictions.Record(Prediction(id)));
            predictions.Feedback(new FeedbackRecord { Id = "any", Time = time.GetUtcNow(), Score = 1 });
        }

        var kept = Lines().Select(line => (string)JsonNode.Parse(line)!["id"]!).GroupBy(id => id).ToDictionary(group => group.Key, group => group.Count());
        Assert.All(kept.Values, count => Assert.Equal(2, count));
        Assert.InRange(kept.Count, 850, 1150);
        Assert.Contains("any", kept.Keys);
        Assert.Equal(0, ids.Count(new PredictionSample(0).Keeps));
        Assert.Equal(ids.Count, ids.Count(new PredictionSample(1).Keeps));
    }

    [Fact]
    public async Task While_the_store_fails_it_is_tried_again_later_and_later_and_nothing_that_fits_is_lost()
    {
        store.Fault = () => new StoreRefusedException("no space left on the device");
        await using (var predictions = Open())
        {
            predictions.Record(Prediction("1"));
            await Eventually.HoldsAsync("the flush is waited for", () => time.Waiting > 0);
            time.Advance(TimeSpan.FromSeconds(60));
            List<int> seconds = [1, 2, 4, 8, 16, 32, 60, 60];
            for (var tried = 1; tried <= seconds.Count; tried++)
            {
                await Eventually.HoldsAsync($"try {tried}", () => store.Puts == tried && time.Waiting > 0);
                time.Advance(TimeSpan.FromSeconds(seconds[tried - 1]) - TimeSpan.FromTicks(1));
                Assert.Equal(tried, store.Puts);
                time.Advance(TimeSpan.FromTicks(1));
            }

            await Eventually.HoldsAsync("the last try", () => store.Puts == seconds.Count + 1 && time.Waiting > 0);
            predictions.Record(Prediction("2"));
            store.Fault = null;
            time.Advance(TimeSpan.FromSeconds(60));
            await Eventually.HoldsAsync("the part", () => Parts().Count == 1);
        }

        Assert.Equal(["1", "2"], Ids());
        Assert.Single(log.Text.Split('\n'), line => line.StartsWith("PredictionsNotWritten: the log of predictions cannot be written: no space left on the device", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_does_not_fit_while_the_store_fails_is_lost_and_counted_and_feedback_still_finds_room()
    {
        store.Fault = () => new IOException("the network is down");
        var predictions = Open(limits: new PredictionLogLimits { Records = 100, PartBytes = 1000 });
        predictions.Record(Prediction("first"));
        for (var id = 0; id < 1000; id++)
        {
            predictions.Record(Prediction($"{id}"));
        }

        await Eventually.HoldsAsync("a try, and the wait for the next one", () => store.Puts > 0 && time.Waiting > 0);
        for (var id = 0; id < 200; id++)
        {
            predictions.Record(Prediction($"more-{id}"));
        }

        var lost = predictions.Dropped;
        Assert.InRange(lost, 900, 1105);
        predictions.Feedback(new FeedbackRecord { Id = "feedback", Time = time.GetUtcNow(), Score = 1 });
        Assert.Equal(lost, predictions.Dropped);
        store.Fault = null;
        await predictions.DisposeAsync();
        Assert.Equal(1202, lost + Ids().Count);
        Assert.Contains("feedback", Ids());
        Assert.Contains($"has lost {lost} records so far", log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_texts_are_bounded_by_their_size()
    {
        store.Fault = () => new IOException("the network is down");
        await using var predictions = Open(limits: new PredictionLogLimits { Bytes = 1_000_000, PartBytes = 1, DrainTime = TimeSpan.Zero });
        predictions.Record(Prediction("first"));
        await Eventually.HoldsAsync("a try, and the wait for the next one", () => store.Puts > 0 && time.Waiting > 0);
        for (var id = 0; id < 100; id++)
        {
            predictions.Record(Prediction($"{id}") with { Text = new string('x', 50_000) });
        }

        Assert.Equal(91, predictions.Dropped);
    }

    [Fact]
    public async Task A_part_whose_answer_was_lost_is_there_once()
    {
        var lost = false;
        store.AroundPut = async (put, _) =>
        {
            var written = await put();
            if (!lost)
            {
                lost = true;
                throw new IOException("the connection was reset");
            }

            return written;
        };
        await using (var predictions = Open(limits: new PredictionLogLimits { FirstDelay = TimeSpan.Zero }))
        {
            predictions.Record(Prediction("1"));
        }

        Assert.Equal(["1"], Ids());
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_part_it_leaves_whole_parts_only()
    {
        var dying = new HalfWritingStore(new FileObjectStore(folder.Path), wholeWrites: 2);
        await using (var predictions = Open(dying, new PredictionLogLimits { PartBytes = 5000, DrainTime = TimeSpan.Zero }))
        {
            for (var id = 0; id < 100; id++)
            {
                predictions.Record(Prediction($"{id}"));
            }

            await Eventually.HoldsAsync("the kill", () => dying.IsDead);
        }

        Assert.Equal(2, Parts().Count);
        Assert.All(Lines(), line => Assert.Equal("prediction", (string)JsonNode.Parse(line)!["kind"]!));
        Assert.Equal(Ids().Count, Ids().Distinct().Count());
    }

    [Fact]
    public async Task The_end_is_bounded_where_the_store_hangs()
    {
        store.AroundPut = async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            throw new UnreachableStoreException();
        };
        var predictions = Open(limits: new PredictionLogLimits { DrainTime = TimeSpan.FromSeconds(10) });
        predictions.Record(Prediction("1"));
        predictions.Record(Prediction("2"));
        var ending = predictions.DisposeAsync().AsTask();
        await Eventually.HoldsAsync("the write", () => store.Puts == 1);
        Assert.False(ending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.ComesAsync(ending);
        Assert.Equal(2, predictions.Dropped);
        predictions.Record(Prediction("too late"));
        Assert.Equal(3, predictions.Dropped);
    }

    [Fact]
    public async Task The_end_is_bounded_even_where_the_store_does_not_let_itself_be_stopped()
    {
        var never = new TaskCompletionSource<ObjectInfo>();
        store.AroundPut = (_, _) => never.Task;
        var predictions = Open();
        predictions.Record(Prediction("1"));
        var ending = predictions.DisposeAsync().AsTask();
        await Eventually.HoldsAsync("the write", () => store.Puts == 1);
        time.Advance(TimeSpan.FromSeconds(15));
        await Eventually.ComesAsync(ending);
        Assert.Equal(1, predictions.Dropped);
    }

    [Fact]
    public async Task A_record_that_cannot_be_written_does_not_end_the_log()
    {
        await using (var predictions = Open())
        {
            predictions.Record(Prediction("bad") with { Probabilities = [float.NaN, 0.9f] });
            predictions.Record(Prediction("short") with { Probabilities = [0.5f] });
            predictions.Record(Prediction("good"));
            await predictions.DisposeAsync();
            Assert.Equal(2, predictions.Dropped);
        }

        Assert.Equal(["good"], Ids());
    }

    [Fact]
    public async Task A_million_records_do_not_grow_memory()
    {
        store.Fault = () => new IOException("the network is down");
        await using var predictions = Open(limits: new PredictionLogLimits { DrainTime = TimeSpan.Zero });
        Growth(100_000);
        var growth = Growth(1_000_000);
        Assert.InRange(growth, long.MinValue, 24L * 1024 * 1024);
        Assert.InRange(predictions.Dropped, 1_000_000, 1_100_000);

        long Growth(int records)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var id = 0; id < records; id++)
            {
                predictions.Record(Prediction($"{id}") with { Text = "a text of the usual length, as clients send it all day" });
            }

            return GC.GetTotalMemory(forceFullCollection: true) - before;
        }
    }

    [Fact]
    public async Task All_records_are_kept_where_the_store_keeps_up()
    {
        await using (var predictions = Open())
        {
            for (var id = 0; id < 200_000; id++)
            {
                predictions.Record(Prediction(id.ToString(CultureInfo.InvariantCulture)));
                if (id % 8192 == 8191)
                {
                    await Eventually.HoldsAsync("room", () => predictions.Dropped > 0 || predictions.WaitingRecords == 0);
                }
            }

            await predictions.DisposeAsync();
            Assert.Equal(0, predictions.Dropped);
        }

        Assert.Equal(200_000, Parts().Sum(part => File.ReadLines(part).LongCount()));
        Assert.All(Parts(), part => Assert.InRange(new FileInfo(part).Length, 1, (1024 * 1024) + 400));
    }

    private PredictionRecord Prediction(string id) => new()
    {
        Id = id,
        Time = time.GetUtcNow(),
        Text = "Great book",
        Fields = new Dictionary<string, double>(),
        Label = "positive",
        Probabilities = [0.1f, 0.9f],
        Latency = TimeSpan.FromMilliseconds(1.25),
    };

    private StoredPredictionLog Open(IObjectStore? other = null, PredictionLogLimits? limits = null, double rate = 1, bool keepsText = false) => new(
        new PredictionPartWriter(other ?? store, new PredictionLogLayout("default.reviews", "production"), "v000003", $"pod-{Guid.NewGuid():N}", time.GetUtcNow()),
        new PredictionFormat(["negative", "positive"], "v000003", "production", keepsText),
        new PredictionSample(rate),
        TimeSpan.FromSeconds(60),
        limits ?? PredictionLogLimits.Default,
        time,
        log);

    private IReadOnlyList<string> Parts() => Directory.Exists(Root) ? [.. Directory.EnumerateFiles(Root, "*.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];

    private IReadOnlyList<string> Lines() => [.. Parts().SelectMany(File.ReadLines)];

    private IReadOnlyList<string> Ids() => [.. Lines().Select(line => (string)JsonNode.Parse(line)!["id"]!)];

    private sealed class UnreachableStoreException : Exception;
}
