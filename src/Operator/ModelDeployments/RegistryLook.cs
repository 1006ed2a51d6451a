using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>
/// What the registry says that the references of an object's stages mean, and whether it is asked again: when the question changes (another model, other references, a new version of a
/// TrainingRun, a stage that moved an alias which another follows), and when the last answer is <c>spec.model.resolveIntervalSeconds</c> old.
/// </summary>
internal sealed record RegistryLook
{
    /// <summary>The last answer; null where there is none, or it is of another model.</summary>
    public RegistryStatus? Answer { get; private init; }

    /// <summary>The task to start; null where none is due.</summary>
    public DueTask? Start { get; private init; }

    /// <summary>Jobs whose answer is too old.</summary>
    public IReadOnlyList<string> Delete { get; private init; } = [];

    /// <summary>Why the registry cannot be asked; null where it can.</summary>
    public string? Failure { get; private init; }

    /// <summary>What keeps the task; null where nothing does.</summary>
    public string? Note { get; private init; }

    /// <summary>When to look again.</summary>
    public TimeSpan? WakeAfter { get; private init; }

    /// <summary>Looks at the last answer and at the task that is to give the next.</summary>
    public static RegistryLook At(ModelDeploymentSnapshot seen, DeploymentAttempts attempts, DateTimeOffset now)
    {
        var references = seen.Spec.Stages.Select(ReferenceOf).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (references.Count == 0)
        {
            return new RegistryLook();
        }

        var question = $"{seen.Model}-{QuestionOf(seen, references)}";
        var last = seen.Status?.Registry;
        var look = new RegistryLook { Answer = last?.Question.StartsWith(seen.Model, StringComparison.Ordinal) == true ? last : null };
        var left = seen.Interval is { } interval && last is not null ? last.Time + interval - now : (TimeSpan?)null;
        if (seen.Spec.Suspend || (last?.Question == question && !(left <= TimeSpan.Zero)))
        {
            return seen.Spec.Suspend ? look : look with { WakeAfter = left };
        }

        var task = DeploymentTask.Resolve(seen, references, question);
        var verdict = attempts.Judge(task);
        var age = attempts.Age(task);
        return verdict switch
        {
            // An operator that was away finds an answer of long ago.
            TaskVerdict.Done or TaskVerdict.Hopeless when age == TimeSpan.Zero => look with { Delete = attempts.JobsOf(task) },
            TaskVerdict.Done { Attempt: var attempt } => look with
            {
                Answer = new RegistryStatus { Time = attempt.Finished ?? now, Question = question, Versions = [.. attempt.Result!.Resolve!.Versions.Where(version => references.Contains(version.Reference, StringComparer.Ordinal)).Select(Fitting)] },
                WakeAfter = age,
            },
            TaskVerdict.Hopeless { Reason: var reason, Message: var message } => look with { Failure = $"the registry cannot be asked ({reason}): {message}", WakeAfter = age },
            TaskVerdict.Due { Attempt: var number } => look with { Start = task.Attempt(number) },
            TaskVerdict.BackingOff { Wait: var wait, Message: var message } => look with { Note = message, WakeAfter = wait },
            TaskVerdict.Waiting { Wake: var wake, Note: var note } => look with { Note = note, WakeAfter = wake },
            _ => look,
        };
    }

    /// <summary>How <paramref name="stage"/> names its version to the registry; null where a person approves it with its digest.</summary>
    public static string? ReferenceOf(Stage stage) => stage.Follow ?? stage.Version?.ToString(CultureInfo.InvariantCulture);

    private static string QuestionOf(ModelDeploymentSnapshot seen, List<string> references) => ModelDeploymentSnapshot.Hash(new JsonObject
    {
        ["references"] = JsonSerializer.SerializeToNode(references, Json.Objects),
        ["registered"] = JsonSerializer.SerializeToNode(seen.Registered, Json.Objects),
        ["retry"] = seen.Retry,
        ["moved"] = JsonSerializer.SerializeToNode(
            seen.Stages.Where(stage => stage.Stage.Alias is { } alias && references.Contains(alias, StringComparer.Ordinal)).Select(stage => StageState.Of(stage, seen.Model).Stable), Json.Objects),
    });

    // Bounds of the schema.
    private static ResolvedVersion Fitting(ResolvedVersion version) => version with { Message = version.Message is { } message ? Ellipsis.Cut(message, 1024) : null };
}
