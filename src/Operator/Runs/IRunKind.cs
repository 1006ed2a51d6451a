using TextOps.Crds.Runs;

namespace TextOps.Operator.Runs;

/// <summary>What is special about one kind of objects with runs. Everything here is pure but <see cref="Look"/>, which may read what informers know: no client, no clock.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <typeparam name="TSnapshot">What its decisions rest on.</typeparam>
public interface IRunKind<T, TSnapshot>
    where T : class, IRunObject<IRunSpec, IRunStatus>
    where TSnapshot : RunSnapshot
{
    /// <summary>What a decision about <paramref name="entity"/> rests on, but for its children, its spec's errors and its progress.</summary>
    TSnapshot Look(T entity);

    /// <summary>Looks at <paramref name="seen"/> and says what to do.</summary>
    RunPlan Decide(TSnapshot seen, DateTimeOffset now);

    /// <summary>The object with its status after <paramref name="plan"/>.</summary>
    T Report(TSnapshot seen, RunPlan plan, DateTimeOffset now);

    /// <summary>Whether two statuses differ in nothing but how far the run is.</summary>
    bool IsSameButProgress(T before, T after);

    /// <summary>Whether two statuses differ so much in how far the run is that it is worth a write.</summary>
    bool HasMoved(T before, T after);
}
