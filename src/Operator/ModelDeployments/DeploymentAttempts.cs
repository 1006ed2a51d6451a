using TextOps.Crds.Runs;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>The attempts at an object's tasks: those of the tasks that a pass asks for, and those that nobody asks for any more.</summary>
internal sealed class DeploymentAttempts(ModelDeploymentSnapshot seen, DateTimeOffset now)
{
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    /// <summary>What the attempts at <paramref name="task"/> amount to.</summary>
    public TaskVerdict Judge(DeploymentTask task)
    {
        asked.Add(KeyOf(task));
        return TaskHistory.Judge([.. Of(task).Select(attempt => attempt.State == TaskState.Succeeded && !task.Accepts(attempt.Result!) ? Lost(attempt) : attempt)], seen.TaskRules, seen.Options, now);
    }

    /// <summary>How long the answer, or that there is none, may be believed; zero where it is to be asked again, null where it is not asked by the clock.</summary>
    public TimeSpan? Age(DeploymentTask task) =>
        seen.Interval is { } interval && Of(task).Max(attempt => attempt.Finished) is { } finished ? Positive(finished + interval - now) : null;

    /// <summary>The Jobs of <paramref name="task"/> that can be deleted.</summary>
    public IReadOnlyList<string> JobsOf(DeploymentTask task) => Deletable(Of(task));

    /// <summary>Jobs that nobody asks for: those that run are cancelled, those that are over go after their time to live.</summary>
    public IReadOnlyList<string> Unneeded => Deletable(Unasked.Where(attempt => attempt.State == TaskState.Active || TimeLeft(attempt) <= TimeSpan.Zero));

    /// <summary>When the next of those that are over goes.</summary>
    public TimeSpan? NextRemoval => Unasked.Where(attempt => attempt.State != TaskState.Active).Select(attempt => (TimeSpan?)TimeLeft(attempt)).Where(left => left > TimeSpan.Zero).Min();

    private IEnumerable<TaskAttempt> Unasked => seen.Attempts.Where(attempt => !asked.Contains(attempt.RunKey) && attempt.State is not (TaskState.Gone or TaskState.Terminating));

    private IEnumerable<TaskAttempt> Of(DeploymentTask task)
    {
        var key = KeyOf(task);
        return seen.Attempts.Where(attempt => attempt.RunKey == key && attempt.Part == task.Part);
    }

    private string KeyOf(DeploymentTask task) => RunIdentity.RunKey(seen.Object.Metadata.Uid!, task.RunId);

    private TimeSpan TimeLeft(TaskAttempt attempt) => (attempt.Finished ?? attempt.Created ?? now) + TimeSpan.FromSeconds(seen.Spec.TtlSecondsAfterFinished) - now;

    private static IReadOnlyList<string> Deletable(IEnumerable<TaskAttempt> attempts) =>
        [.. attempts.Where(attempt => attempt.State is not (TaskState.Gone or TaskState.Terminating)).Select(attempt => attempt.JobName)];

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static TaskAttempt Lost(TaskAttempt attempt) =>
        attempt with { State = TaskState.ResultLost, Result = null, Message = $"what Job {attempt.JobName} said is no answer to its task" };
}
