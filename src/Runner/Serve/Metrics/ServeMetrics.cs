using System.Diagnostics.Metrics;
using TextOps.Runner.Serve.Http;

namespace TextOps.Runner.Serve.Metrics;

/// <summary>
/// What is counted of requests, runs and predictions. Counters are plain numbers that are read when somebody asks, because a measurement with labels costs more than a small model's run.
/// </summary>
internal sealed class ServeMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TextOps.Serve";

    private const int MaxStatus = 600;
    private const int ConfidenceBuckets = 10;

    private static readonly InstrumentAdvice<double> Times = new() { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };
    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] };
    private static readonly InstrumentAdvice<int> Tokens = new() { HistogramBucketBoundaries = [16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576] };

    private readonly Meter meter;
    private readonly IReadOnlyList<string> labels;
    private readonly IReadOnlyList<string> derived;
    private readonly long[] answers = new long[ApiPaths.Names.Count * MaxStatus];
    private readonly long[] predictions;
    private readonly long[] confidence = new long[ConfidenceBuckets];
    private readonly long[] recomputed;
    private readonly Histogram<double> requestTime;
    private readonly Histogram<double> runTime;
    private readonly Histogram<int> batchTokens;
    private readonly Histogram<int> batchInputs;
    private long tokens;
    private long truncated;
    private long runFailures;

    /// <summary>Starts to count.</summary>
    /// <param name="meter">Gets the instruments.</param>
    /// <param name="labels">Labels of a classifier.</param>
    /// <param name="derived">Names of derived fields.</param>
    public ServeMetrics(Meter meter, IReadOnlyList<string> labels, IReadOnlyList<string> derived)
    {
        this.meter = meter;
        (this.labels, this.derived) = (labels, derived);
        (predictions, recomputed) = (new long[labels.Count], new long[derived.Count]);
        requestTime = meter.CreateHistogram("textops_serve_request_duration_seconds", "s", "Time from a request's header to its answer, of all requests that were answered.", advice: Times);
        runTime = meter.CreateHistogram("textops_serve_run_duration_seconds", "s", "Time of a run of the model.", advice: Times);
        batchTokens = meter.CreateHistogram("textops_serve_batch_tokens", description: "Padded tokens of a run of the model.", advice: Tokens);
        batchInputs = meter.CreateHistogram("textops_serve_batch_inputs", description: "Inputs of a run of the model.", advice: Sizes);
        meter.CreateObservableCounter("textops_serve_requests_total", Answers, description: "Requests by path and status code; 499: the client went away.");
        meter.CreateObservableCounter("textops_serve_tokens_total", () => Volatile.Read(ref tokens), description: "Tokens of the inputs that were run.");
        meter.CreateObservableCounter("textops_serve_truncated_inputs_total", () => Volatile.Read(ref truncated), description: "Inputs that lost their end, because the model takes no more tokens.");
        meter.CreateObservableCounter("textops_serve_run_failures_total", () => Volatile.Read(ref runFailures), description: "Runs of the model that failed.");
        meter.CreateObservableCounter("textops_serve_predictions_total", () => By("label", labels, predictions), description: "Predictions by label.");
        meter.CreateObservableCounter("textops_serve_recomputed_fields_total", () => By("field", derived, recomputed), description: "Derived fields that were sent with another value than the text has.");
    }

    /// <summary>Predictions so far.</summary>
    public long Predictions => predictions.Sum();

    /// <summary>Tokens so far.</summary>
    public long TokenCount => Volatile.Read(ref tokens);

    /// <summary>Predictions by label.</summary>
    public IReadOnlyDictionary<string, long> Labels => labels.Zip(predictions).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);

    /// <summary>Disagreements by derived field, of those that there were.</summary>
    public IReadOnlyDictionary<string, long> Recomputed =>
        derived.Zip(recomputed).Where(pair => pair.Second > 0).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);

    /// <summary>Predictions by the probability of their label, in tenths, by the upper end of each.</summary>
    public IReadOnlyDictionary<string, long> Confidence =>
        confidence.Select((count, bucket) => (Key: FormattableString.Invariant($"{(bucket + 1) / 10.0:0.0}"), count)).ToDictionary(pair => pair.Key, pair => pair.count, StringComparer.Ordinal);

    /// <summary>Requests by path and status code.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Requests => Counted()
        .GroupBy(answer => answer.Path)
        .ToDictionary(path => path.Key, path => (IReadOnlyDictionary<string, long>)path.ToDictionary(answer => $"{answer.Status}", answer => answer.Count, StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Adds what somebody else counts.</summary>
    public void Observe(Func<int> waiting, Func<long> lostRecords)
    {
        meter.CreateObservableGauge("textops_serve_queue_inputs", waiting, description: "Inputs that wait for a run of the model.");
        meter.CreateObservableCounter("textops_serve_log_dropped_total", lostRecords, description: "Records that the log of predictions lost.");
    }

    /// <summary>A request was answered.</summary>
    public void Answered(int path, int status, TimeSpan took)
    {
        Interlocked.Increment(ref answers[(path * MaxStatus) + Math.Clamp(status, 0, MaxStatus - 1)]);
        requestTime.Record(took.TotalSeconds);
    }

    /// <summary>Inputs were prepared to be run.</summary>
    public void Prepared(long count, int cut)
    {
        Interlocked.Add(ref tokens, count);
        if (cut > 0)
        {
            Interlocked.Add(ref truncated, cut);
        }
    }

    /// <summary>The model ran.</summary>
    public void Ran(int inputs, int paddedTokens, TimeSpan took)
    {
        batchInputs.Record(inputs);
        batchTokens.Record(paddedTokens);
        runTime.Record(took.TotalSeconds);
    }

    /// <summary>A run failed.</summary>
    public void RunFailed() => Interlocked.Increment(ref runFailures);

    /// <summary>A label was predicted.</summary>
    public void Predicted(int label, float probability)
    {
        Interlocked.Increment(ref predictions[label]);
        Interlocked.Increment(ref confidence[Math.Clamp((int)(probability * ConfidenceBuckets), 0, ConfidenceBuckets - 1)]);
    }

    /// <summary>A derived field was sent with another value than the text has.</summary>
    public void Disagreed(int field) => Interlocked.Increment(ref recomputed[field]);

    /// <summary>Answers of the paths that run the model, of a range of status codes.</summary>
    public long Count(int from, int to) => Counted().Where(answer => answer.Status >= from && answer.Status <= to && ApiPaths.RunsModel(answer.Path)).Sum(answer => answer.Count);

    private static IEnumerable<Measurement<long>> By(string tag, IReadOnlyList<string> names, long[] counts) =>
        names.Select((name, i) => new Measurement<long>(Volatile.Read(ref counts[i]), new KeyValuePair<string, object?>(tag, name)));

    private IEnumerable<(string Path, int Status, long Count)> Counted()
    {
        for (var i = 0; i < answers.Length; i++)
        {
            if (Volatile.Read(ref answers[i]) is > 0 and var count)
            {
                yield return (ApiPaths.Names[i / MaxStatus], i % MaxStatus, count);
            }
        }
    }

    private IEnumerable<Measurement<long>> Answers() => Counted().Select(answer => new Measurement<long>(
        answer.Count, new KeyValuePair<string, object?>("path", answer.Path), new KeyValuePair<string, object?>("code", $"{answer.Status}")));
}
