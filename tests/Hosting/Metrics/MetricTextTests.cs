using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Hosting.Metrics;

namespace TextOps.Hosting.Tests.Metrics;

public sealed class MetricTextTests
{
    private static readonly MetricSnapshot[] Families =
    [
        new("reconcile", MetricKind.Counter, null, "Passes.", [new SeriesSnapshot("result=\"success\"", 3, [])]),
        new("took_seconds", MetricKind.Histogram, "seconds", null, [new SeriesSnapshot("", 1.25, [(0.5, 1), (2, 3), (double.PositiveInfinity, 3)])]),
        new("waiting", MetricKind.Gauge, null, "Keys \"now\".", [new SeriesSnapshot("", double.NaN, []), new SeriesSnapshot("queue=\"a\"", 1e21, [])]),
    ];

    [Fact]
    public void OpenMetrics_is_written_to_the_letter()
    {
        Assert.Equal(
            """
            # TYPE reconcile counter
            # HELP reconcile Passes.
            reconcile_total{result="success"} 3
            # TYPE took_seconds histogram
            # UNIT took_seconds seconds
            took_seconds_bucket{le="0.5"} 1
            took_seconds_bucket{le="2.0"} 3
            took_seconds_bucket{le="+Inf"} 3
            took_seconds_sum 1.25
            took_seconds_count 3
            # TYPE waiting gauge
            # HELP waiting Keys \"now\".
            waiting NaN
            waiting{queue="a"} 1e+21
            # EOF

            """,
            MetricText.Write(Families, MetricFormat.OpenMetrics));
    }

    [Fact]
    public void The_older_text_names_samples_and_has_no_units_and_no_end()
    {
        Assert.Equal(
            """
            # TYPE reconcile_total counter
            # HELP reconcile_total Passes.
            reconcile_total{result="success"} 3
            # TYPE took_seconds histogram
            took_seconds_bucket{le="0.5"} 1
            took_seconds_bucket{le="2"} 3
            took_seconds_bucket{le="+Inf"} 3
            took_seconds_sum 1.25
            took_seconds_count 3
            # TYPE waiting gauge
            # HELP waiting Keys "now".
            waiting NaN
            waiting{queue="a"} 1e+21

            """,
            MetricText.Write(Families, MetricFormat.Prometheus));
    }

    [Theory]
    [InlineData("nothing", null, true)]
    [InlineData("anything", "*/*", true)]
    [InlineData("only the older", "text/plain", false)]
    [InlineData("the older, by version", "text/plain;version=0.0.4", false)]
    [InlineData("any text", "text/*", false)]
    [InlineData("Prometheus 2", "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("Prometheus 3", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.2", true)]
    [InlineData("Prometheus told to use the older", "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", false)]
    [InlineData("a version of OpenMetrics that is not ours, or text", "application/openmetrics-text;version=0.0.1,text/plain;q=0.5", false)]
    [InlineData("a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true)]
    [InlineData("no media type", "]]", true)]
    public void The_format_is_the_one_that_the_reader_likes_best(string narrative, string? accept, bool openMetrics)
    {
        Assert.True(MetricFormat.For(accept).IsOpenMetrics == openMetrics, narrative);
    }

    [Fact]
    public void What_the_process_takes_is_told()
    {
        using var process = new ProcessMetrics("operator", "1.2.3");
        using var registry = new MetricRegistry(meter => meter.Name == ProcessMetrics.MeterName, NullLogger<MetricRegistry>.Instance);

        var families = ExpositionParser.Parse(MetricText.Write(registry.Collect(), MetricFormat.OpenMetrics));

        Assert.InRange(families["process_cpu_seconds"].Value(), 0.001, 1e6);
        Assert.InRange(families["process_resident_memory_bytes"].Value(), 1e6, 1e12);
        Assert.InRange(families["process_start_time_seconds"].Value(), DateTimeOffset.UtcNow.AddDays(-7).ToUnixTimeSeconds(), DateTimeOffset.UtcNow.AddSeconds(2).ToUnixTimeSeconds());
        Assert.Equal(5, families["dotnet_gc_heap_size_bytes"].Samples.Count);
        Assert.Equal(1, families["textops_operator_build_info"].Value(("version", "1.2.3")));
    }

    [Fact]
    public async Task Promtool_has_nothing_to_say_about_it()
    {
        var promtool = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(promtool is not null, "promtool is not on the PATH (Debian package prometheus)");
        using var process = new ProcessMetrics("operator", "1.2.3");
        using var registry = new MetricRegistry(meter => meter.Name == ProcessMetrics.MeterName, NullLogger<MetricRegistry>.Instance);
        using var check = Process.Start(new ProcessStartInfo(promtool, ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        await check.StandardInput.WriteAsync(MetricText.Write(registry.Collect(), MetricFormat.Prometheus));
        check.StandardInput.Close();
        var said = await check.StandardOutput.ReadToEndAsync() + await check.StandardError.ReadToEndAsync();
        await check.WaitForExitAsync();

        Assert.True(check.ExitCode == 0, said);
    }
}
