using TextOps.Artifacts.Embeddings;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Tasks;

/// <summary>Plans as tasks find them.</summary>
internal static class VersionPlans
{
    /// <summary>Reads the plan of the version that a task is about.</summary>
    /// <exception cref="TaskRefusedException">There is none, or it is another run's.</exception>
    public static async Task<VersionPlan> ReadAsync(EmbeddingVersions versions, TaskDocument task, int version, CancellationToken cancellationToken)
    {
        var plan = await versions.ReadPlanAsync(version, cancellationToken)
            ?? throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec, $"{versions.UriOf(version)} has no plan; run the plan task first, and take the version that it answers");
        return plan.RunId == task.RunId
            ? plan
            : throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec,
                $"{versions.UriOf(version)} was planned by run {plan.RunId}, and runId is {task.RunId}; run the plan task of run {task.RunId} first");
    }
}
