namespace TextOps.Runner.Serve.Predictions;

/// <summary>Keeps nothing.</summary>
internal sealed class NoPredictionLog : IPredictionLog
{
    /// <inheritdoc/>
    public long Dropped => 0;

    /// <inheritdoc/>
    public void Record(PredictionRecord record)
    {
    }

    /// <inheritdoc/>
    public void Feedback(FeedbackRecord record)
    {
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
