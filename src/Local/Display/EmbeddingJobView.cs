using System.Globalization;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Operator.EmbeddingJobs;

namespace TextOps.Local.Display;

/// <summary>What a person sees of an EmbeddingJob while it runs.</summary>
internal sealed record EmbeddingJobView(EmbeddingJob Job, RunCounts Counts) : RunView(Job)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Measures =>
    [
        .. Counts.Rows is { } rows ? [$"{Whole(rows)} rows"] : Array.Empty<string>(),
        .. Counts.ChunksPerSecond is { } chunks and > 0 ? [$"{Whole(chunks)} chunks/s"] : Array.Empty<string>(),
        .. Counts.TokensPerSecond is { } tokens and > 0 ? [$"{Whole(tokens)} tokens/s"] : Array.Empty<string>(),
    ];

    /// <inheritdoc/>
    protected override double Done => Counts.Fraction ?? Shown ?? 0;

    // A run that is over has no counts any more, but its status keeps how far it came.
    private double? Shown =>
        IsOver && int.TryParse(Job.Status?.Progress?.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? percent / 100.0 : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outcome(string store) => Job.Status?.Output is { } output ? [$"{Name}: {Job.Status.Version} lies in {output}"] : [];

    private static string Whole(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
