using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Hosting.Metrics;

namespace TextOps.Hosting.Tests.Metrics;

public sealed class MetricRegistryTests : IDisposable
{
    private readonly Meter meter = new($"Test.{Guid.NewGuid():N}");
    private readonly MetricRegistry registry;

    public MetricRegistryTests() => registry = new MetricRegistry(candidate => ReferenceEquals(candidate, meter), NullLogger<MetricRegistry>.Instance);

    [Fact]
    public void A_counter_counts_by_labels_in_any_order()
    {
        var counter = meter.CreateCounter<int>("reconcile_total", description: "Passes.");
        counter.Add(1, new("kind", "EmbeddingJob"), new("result", "success"));
        counter.Add(2, new("result", "success"), new("kind", "EmbeddingJob"));
        counter.Add(5, new KeyValuePair<string, object?>("kind", "EmbeddingJob"));

        var family = Expose()["reconcile"];

        Assert.Equal(("counter", "Passes.", null), (family.Type, family.Help, family.Unit));
        Assert.Equal(3, family.Value(("kind", "EmbeddingJob"), ("result", "success")));
        Assert.Equal(5, family.Value(("kind", "EmbeddingJob")));
    }

    [Fact]
    public void A_counter_takes_nothing_that_would_make_it_shrink()
    {
        var counter = meter.CreateCounter<double>("spent");
        counter.Add(2);
        counter.Add(-1);
        counter.Add(double.NaN);

        Assert.Equal(2, Expose()["spent"].Value());
    }

    [Fact]
    public void Up_down_counters_add_up_and_gauges_keep_the_last()
    {
        var active = meter.CreateUpDownCounter<long>("active_workers");
        active.Add(3);
        active.Add(-2);
        var temperature = meter.CreateGauge<float>("temperature");
        temperature.Record(1.5f);
        temperature.Record(-2.5f);

        var families = Expose();

        Assert.Equal(("gauge", 1), (families["active_workers"].Type, families["active_workers"].Value()));
        Assert.Equal(("gauge", -2.5), (families["temperature"].Type, families["temperature"].Value()));
        Assert.Equal(-2.5, Expose()["temperature"].Value());
    }

    [Fact]
    public void Observable_instruments_tell_what_there_is_at_each_look()
    {
        var queues = new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 };
        meter.CreateObservableGauge("depth", () => queues.Select(queue => new Measurement<int>(queue.Value, new KeyValuePair<string, object?>("queue", queue.Key))));
        meter.CreateObservableCounter("read_bytes_total", () => 12_345_678_901L, "By");
        meter.CreateObservableUpDownCounter("balance", () => -3);
        Assert.Equal(2, Expose()["depth"].Samples.Count);

        queues.Remove("a");
        queues["b"] = 7;
        var families = Expose();

        Assert.Equal(7, Assert.Single(families["depth"].Samples).Value);
        Assert.Equal(("counter", 12_345_678_901), (families["read_bytes"].Type, families["read_bytes"].Value()));
        Assert.Equal(("gauge", -3), (families["balance"].Type, families["balance"].Value()));
    }

    [Fact]
    public void An_observable_instrument_that_throws_does_not_hide_the_others()
    {
        meter.CreateObservableGauge("broken", Broken);
        meter.CreateObservableGauge("whole", () => 4);

        Assert.Equal(4, Expose()["whole"].Value());
    }

    [Fact]
    public void A_histogram_has_the_buckets_that_it_advises_and_their_bounds_belong_to_them()
    {
        var histogram = meter.CreateHistogram("took", "s", "Time.", tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1, 10] });
        foreach (var seconds in new[] { 0.05, 0.1, 0.5, 1, 30 })
        {
            histogram.Record(seconds, new KeyValuePair<string, object?>("verb", "GET"));
        }

        var family = Expose()["took_seconds"];

        Assert.Equal(("histogram", "seconds"), (family.Type, family.Unit));
        Assert.Equal(
            [("0.1", 2), ("1.0", 4), ("10.0", 4), ("+Inf", 5)],
            family.Samples.Where(sample => sample.Name == "took_seconds_bucket").Select(sample => (sample.Labels["le"], sample.Value)));
        Assert.Equal(31.65, family.Samples.Single(sample => sample.Name == "took_seconds_sum").Value, 10);
        Assert.Equal(5, family.Samples.Single(sample => sample.Name == "took_seconds_count").Value);
    }

    [Fact]
    public void A_histogram_without_advice_has_the_usual_buckets_and_takes_what_is_not_a_number()
    {
        var histogram = meter.CreateHistogram<double>("took_seconds");
        histogram.Record(double.NaN);

        var family = Expose()["took_seconds"];

        Assert.Equal(12, family.Samples.Count(sample => sample.Name == "took_seconds_bucket"));
        Assert.Equal(1, family.Samples.Single(sample => sample.Name == "took_seconds_count").Value);
    }

    [Theory]
    [InlineData("a dot becomes a low line", "http.server.requests", null, "http_server_requests")]
    [InlineData("a unit is appended", "http.server.duration", "s", "http_server_duration_seconds")]
    [InlineData("a unit that is there is not", "duration_seconds", "s", "duration_seconds")]
    [InlineData("bytes", "heap", "By", "heap_bytes")]
    [InlineData("a note is no unit", "requests", "{request}", "requests")]
    [InlineData("a bare number has no unit", "share", "1", "share")]
    [InlineData("a digit cannot begin", "5xx", null, "_5xx")]
    [InlineData("letters outside ASCII", "größe", null, "gr__e")]
    [InlineData("an unknown unit as it is", "speed", "m/s", "speed_m_s")]
    public void Names_follow_the_format(string narrative, string instrument, string? unit, string family)
    {
        meter.CreateGauge<int>(instrument, unit).Record(1);

        Assert.True(Expose().ContainsKey(family), narrative);
    }

    [Theory]
    [InlineData("quotes", "say \"hi\"")]
    [InlineData("backslashes", @"C:\new")]
    [InlineData("line feeds", "one\ntwo\n")]
    [InlineData("braces and commas", "{a=\"b\"},")]
    [InlineData("other alphabets", "ключ 鍵")]
    public void Label_values_and_help_come_back_as_they_were(string narrative, string text)
    {
        meter.CreateGauge<int>("texts", description: text).Record(1, new KeyValuePair<string, object?>("text", text));

        foreach (var openMetrics in new[] { true, false })
        {
            var family = Expose(openMetrics)["texts"];
            Assert.True(family.Help == text, narrative);
            Assert.True(family.Value(("text", text)) == 1, narrative);
        }
    }

    [Fact]
    public void Labels_are_cleaned_cut_and_kept_apart_from_the_formats_own()
    {
        meter.CreateGauge<int>("texts").Record(
            1, new("http.method", "GET"), new("le", "1"), new("__name__", "x"), new("flag", true), new("empty", ""), new("long", new string('x', 300)));

        var labels = Assert.Single(Expose()["texts"].Samples).Labels;

        Assert.Equal(["exported__name__", "exported_le", "flag", "http_method", "long"], labels.Keys);
        Assert.Equal("true", labels["flag"]);
        Assert.Equal(new string('x', 253) + "…", labels["long"]);
    }

    [Fact]
    public void Beyond_two_thousand_series_measurements_are_dropped_and_counted()
    {
        var counter = meter.CreateCounter<int>("names_total");
        for (var i = 0; i < 2010; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("name", i));
        }

        counter.Add(1, new KeyValuePair<string, object?>("name", 0));
        var families = Expose();

        Assert.Equal(2000, families["names"].Samples.Count);
        Assert.Equal(2, families["names"].Value(("name", "0")));
        Assert.Equal(10, families["textops_metrics_dropped_measurements"].Value(("metric", "names")));
    }

    [Fact]
    public void Instruments_of_one_name_and_kind_share_a_family_and_others_are_left_out()
    {
        meter.CreateCounter<int>("shared_total").Add(1);
        meter.CreateCounter<long>("shared_total").Add(2);
        meter.CreateGauge<int>("shared_total").Record(7);
        meter.CreateGauge<int>("took_count").Record(7);
        meter.CreateHistogram<double>("took").Record(1);

        var families = Expose();

        Assert.Equal(("counter", 3), (families["shared"].Type, families["shared"].Value()));
        Assert.Equal(7, families["took_count"].Value());
        Assert.DoesNotContain("took", families.Keys);
    }

    [Fact]
    public void Families_and_series_stand_in_a_stable_order()
    {
        foreach (var name in new[] { "b", "a", "c" })
        {
            var counter = meter.CreateCounter<int>(name);
            counter.Add(1, new KeyValuePair<string, object?>("x", "2"));
            counter.Add(1, new KeyValuePair<string, object?>("x", "1"));
        }

        var families = registry.Collect();

        Assert.Equal(["a", "b", "c"], families.Select(family => family.Name).Where(name => name.Length == 1));
        Assert.Equal(["x=\"1\"", "x=\"2\""], families[0].Series.Select(series => series.Labels));
    }

    [Fact]
    public async Task Measuring_from_many_threads_loses_nothing()
    {
        var counter = meter.CreateCounter<int>("hits_total");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("shard", (i % 7).ToString(CultureInfo.InvariantCulture)));
            }
        })));

        Assert.Equal(40_000, Expose()["hits"].Samples.Sum(sample => sample.Value));
    }

    [Fact]
    public void Meters_that_are_not_selected_are_not_heard()
    {
        using var other = new Meter("Other");
        other.CreateCounter<int>("other").Add(1);

        Assert.DoesNotContain("other", Expose().Keys);
    }

    private static int Broken() => throw new InvalidOperationException("boom");

    public void Dispose()
    {
        registry.Dispose();
        meter.Dispose();
    }

    private IReadOnlyDictionary<string, ExpositionParser.Family> Expose(bool openMetrics = true) =>
        ExpositionParser.Parse(MetricText.Write(registry.Collect(), openMetrics ? MetricFormat.OpenMetrics : MetricFormat.Prometheus), openMetrics);
}
