using TextOps.Crds.Meta;

namespace TextOps.Crds.Runs;

/// <summary>An object that keeps an output current by runs, each of which comes to an end.</summary>
/// <typeparam name="TSpec">What Git wants.</typeparam>
/// <typeparam name="TStatus">What the operator saw.</typeparam>
public interface IRunObject<out TSpec, out TStatus> : IKubernetesObject
    where TSpec : class, IRunSpec
    where TStatus : class, IRunStatus
{
    /// <summary>What Git wants.</summary>
    TSpec Spec { get; }

    /// <summary>What the operator saw; null where it did not look yet.</summary>
    TStatus? Status { get; }
}
