using TextOps.Crds.Runs;

namespace TextOps.Cluster.Tests.Support.Faults;

/// <summary>The object that a <see cref="KilledRun{T}"/> is about.</summary>
/// <param name="In">Makes it for a namespace.</param>
/// <param name="Left">Says, of the object in the end and of the store's folder, what only its kind leaves: the same words for two runs that ended alike.</param>
internal sealed record KilledSubject<T>(Func<string, T> In, Func<T, string, string> Left) where T : class, IRunObject<IRunSpec, IRunStatus>;
