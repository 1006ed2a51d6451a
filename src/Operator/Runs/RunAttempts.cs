using TextOps.Crds.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Runs;

/// <summary>The attempts that were seen, those of one run apart from those of earlier ones.</summary>
internal sealed class RunAttempts
{
    private readonly ILookup<string, TaskAttempt> byPart;
    private readonly TaskRules rules;
    private readonly OperatorOptions options;
    private readonly DateTimeOffset now;

    public RunAttempts(RunSnapshot seen, RunStatus run, DateTimeOffset now)
    {
        this.now = now;
        options = seen.Options;
        rules = seen.TaskRules;
        var key = RunIdentity.RunKey(seen.Owner.Metadata.Uid!, run.Id);
        Mine = [.. seen.Attempts.Where(attempt => attempt.RunKey == key).Select(attempt => attempt.State == TaskState.Succeeded && !seen.Accepts(attempt) ? Lost(attempt) : attempt)];
        Others = [.. seen.Attempts.Where(attempt => attempt.RunKey != key && attempt.State != TaskState.Gone && !(attempt.State == TaskState.Terminating && attempt.IsOver(now)))];
        byPart = Mine.ToLookup(attempt => attempt.Part, StringComparer.Ordinal);
    }

    /// <summary>Those of the run.</summary>
    public IReadOnlyList<TaskAttempt> Mine { get; }

    /// <summary>Those of earlier runs that are still there.</summary>
    public IReadOnlyList<TaskAttempt> Others { get; }

    /// <summary>What the run's attempts at <paramref name="part"/> amount to.</summary>
    public TaskVerdict Judge(string part) => TaskHistory.Judge([.. byPart[part]], rules, options, now);

    private static TaskAttempt Lost(TaskAttempt attempt) =>
        attempt with { State = TaskState.ResultLost, Result = null, Message = $"what Job {attempt.JobName} said is no answer to its task" };
}
