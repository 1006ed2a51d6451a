using System.ComponentModel.DataAnnotations;
using TextOps.Artifacts.Registry;
using TextOps.Crds.Tasks;
using TextOps.Crds.Validation;

namespace TextOps.Runner.Tasks;

/// <summary>
/// The limits that the resource's schema sets, checked again: a task may be written by hand, and a runner must not take for granted who checked what
/// before it.
/// </summary>
internal static class TaskRules
{
    /// <summary>Checks a task's values.</summary>
    /// <exception cref="TaskRefusedException">A value is outside its limits.</exception>
    public static void Check(TaskDocument task)
    {
        Require(task.RunId.Length is > 0 and <= 64, "runId", task.RunId, "must have 1 to 64 characters");
        Require(task.Output.Name.Length is > 0 and <= 128 && !task.Output.Name.Contains('/', StringComparison.Ordinal), "output.name", task.Output.Name,
            "must have 1 to 128 characters and no '/'");
        TrainingTaskRules.Check(task);
        DeploymentTaskRules.Check(task);
        switch (task)
        {
            case PlanTask plan:
                Fields("source", plan.Source, []);
                Fields("model", plan.Model, []);
                Fields("chunking", plan.Chunking, Crds.EmbeddingJobs.Chunking.Rules);
                Fields("validation", plan.Validation, Crds.EmbeddingJobs.RowValidation.Rules);
                Require(plan.Shards is >= 1 and <= 1000, "shards", plan.Shards, "must be from 1 to 1000");
                break;
            case EmbedTask embed:
                Require(embed.Version >= 1, "version", embed.Version, "must be 1 or more");
                Require(embed.Shard >= 0, "shard", embed.Shard, "must be 0 or more");
                break;
            case ServeTask serve:
                FieldLimits.Check(serve);
                Require(serve.Version >= 1, "version", serve.Version, "must be 1 or more");
                Require(ModelLayout.IsModel(serve.Output.Name), "output.name", serve.Output.Name, "is no name of a model; use at most 128 lower-case letters, digits, '.', '_' and '-'");
                break;
            case CommitTask commit:
                Require(commit.Version >= 1, "version", commit.Version, "must be 1 or more");
                Require(commit.KeepVersions is null or >= 1, "keepVersions", commit.KeepVersions, "must be 1 or more");
                break;
        }
    }

    private static void Require(bool holds, string field, object? value, string must)
    {
        if (!holds)
        {
            throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"{field} ({value}) {must}");
        }
    }

    private static void Fields<T>(string field, T value, IReadOnlyList<Rule<T>> rules)
        where T : class
    {
        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(value, new ValidationContext(value), errors, validateAllProperties: true))
        {
            throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"{field}: {string.Join("; ", errors.Select(error => error.ErrorMessage))}");
        }

        foreach (var rule in rules)
        {
            if (!rule.Holds(value))
            {
                throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"{field}: {rule.Message}");
            }
        }
    }
}
