namespace TextOps.Hosting.Metrics;

/// <summary>A metric family at one moment.</summary>
/// <param name="Name">Name of the family: without the <c>_total</c> of counters.</param>
/// <param name="Unit">The unit that the name ends with; null where it has none.</param>
/// <param name="Series">Its series by labels, in order.</param>
public sealed record MetricSnapshot(string Name, MetricKind Kind, string? Unit, string? Help, IReadOnlyList<SeriesSnapshot> Series);

/// <summary>A series at one moment.</summary>
/// <param name="Labels">What stands between the braces; empty for none.</param>
/// <param name="Value">The value of a counter or gauge, the sum of a histogram.</param>
/// <param name="Buckets">Of a histogram: upper bound and cumulative count, the last bound is infinite.</param>
public sealed record SeriesSnapshot(string Labels, double Value, IReadOnlyList<(double Bound, long Count)> Buckets);
