namespace TextOps.Runner.Serve.Predictions;

/// <summary>Where predictions go that are kept. It never blocks and never throws: what does not fit is lost and counted. Disposing it writes what is there.</summary>
internal interface IPredictionLog : IAsyncDisposable
{
    /// <summary>How many records were lost.</summary>
    long Dropped { get; }

    /// <summary>Keeps a prediction, where it is one of the sample.</summary>
    void Record(PredictionRecord record);

    /// <summary>Keeps what somebody said of a prediction; this is never sampled.</summary>
    void Feedback(FeedbackRecord record);
}

/// <summary>A prediction of a classifier. Version, stage and labels are those of the <see cref="ServedModel"/>.</summary>
internal sealed record PredictionRecord
{
    /// <summary>What the answer calls it: a UUIDv7 as text, so ids sort by time.</summary>
    public required string Id { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Numeric fields of the model's contract as they were sent; absent ones are not in it, derived ones are not either.</summary>
    public required IReadOnlyDictionary<string, double> Fields { get; init; }

    /// <summary>Derived fields that were sent with another value than the text has; null for none.</summary>
    public IReadOnlyList<string>? Recomputed { get; init; }

    /// <summary>The most probable label.</summary>
    public required string Label { get; init; }

    /// <summary>Probabilities, in the order of the model's labels.</summary>
    public required IReadOnlyList<float> Probabilities { get; init; }

    /// <summary>Time from the request to its answer.</summary>
    public required TimeSpan Latency { get; init; }
}

/// <summary>What somebody said of a prediction.</summary>
internal sealed record FeedbackRecord
{
    /// <summary>Id of the prediction.</summary>
    public required string Id { get; init; }

    /// <summary>When it was said.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The right label.</summary>
    public string? Label { get; init; }

    /// <summary>A judgement as a number.</summary>
    public double? Score { get; init; }

    /// <summary>A remark.</summary>
    public string? Comment { get; init; }
}
