namespace TextOps.Cluster.Tests.Support.Faults;

/// <summary>How a <see cref="KilledRun{T}"/> ended.</summary>
/// <param name="Writes">What the operator wrote, where it was not killed.</param>
/// <param name="Recovery">From its second start until the object was Ready; null where nobody was killed.</param>
/// <param name="End">The state in the end, as <see cref="EndState"/> tells it.</param>
internal sealed record KilledRunOutcome(IReadOnlyList<NumberedWrite> Writes, TimeSpan? Recovery, string End);
