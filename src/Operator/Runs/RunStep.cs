using TextOps.Crds.Tasks;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Runs;

/// <summary>A task that a run has come to.</summary>
/// <param name="Verdict">What its attempts amount to.</param>
/// <param name="Part">The part of the run.</param>
/// <param name="Verb">What the runner is called with.</param>
/// <param name="Document">What the runner is told; made only where an attempt is due.</param>
internal sealed record RunStep(TaskVerdict Verdict, string Part, string Verb, Func<TaskDocument> Document);
