using System.Globalization;
using TextOps.Crds.Tasks;

namespace TextOps.Operator.Tasks;

/// <summary>Names of a run's parts, and which result answers which part.</summary>
public static class TaskParts
{
    /// <summary>The plan task.</summary>
    public const string Plan = "plan";

    /// <summary>The commit task.</summary>
    public const string Commit = "commit";

    /// <summary>The task that prepares a dataset.</summary>
    public const string Prepare = "prepare";

    /// <summary>The task that fits the best trial's model.</summary>
    public const string Fit = "fit";

    /// <summary>The task that judges a fitted model and registers it.</summary>
    public const string Evaluate = "evaluate";

    /// <summary>The task that asks the registry what the references of a ModelDeployment mean.</summary>
    public const string Resolve = "resolve";

    /// <summary>The task that judges a version before it is rolled out.</summary>
    public const string Check = "check";

    /// <summary>The task that judges a version that serves.</summary>
    public const string Gate = "gate";

    /// <summary>Most shards a plan may have: the bound of <c>spec.shards</c>.</summary>
    public const int MaxShards = 1000;

    // Counts of a result are summed up; nothing that is counted comes near this.
    private const long MaxCount = 1_000_000_000_000_000;

    /// <summary>The task of shard <paramref name="index"/>.</summary>
    public static string Shard(int index) => string.Create(CultureInfo.InvariantCulture, $"s{index:D5}");

    /// <summary>Whether <paramref name="part"/> is a shard's.</summary>
    public static bool IsShard(string part) => part.StartsWith('s');

    /// <summary>The task of the trials of Job <paramref name="job"/> of a search.</summary>
    public static string Trials(int job) => string.Create(CultureInfo.InvariantCulture, $"t{job:D5}");

    /// <summary>The Job of a search whose task <paramref name="part"/> is; null where it is another task.</summary>
    public static int? TrialJobOf(string part) =>
        part.StartsWith('t') && int.TryParse(part.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var job) ? job : null;

    /// <summary>Whether <paramref name="result"/> is what the task of <paramref name="part"/> has to say when it is done: a pod could have written anything.</summary>
    internal static bool IsAnswer(string part, TaskResult? result) => result switch
    {
        { Plan: { } plan } => part == Plan && plan is { Version: > 0, Inputs: >= 0 } && plan.Shards is >= 0 and <= MaxShards && (plan.UpToDate || plan.Shards > 0)
            && AreCounts(plan.InputBytes, plan.Rows ?? 0, plan.Chunks ?? 0, plan.Rejected ?? 0),
        { Embed: { } embed } => part == Shard(embed.Shard) && AreCounts(embed.Rows, embed.Rejected, embed.Chunks),
        { Commit: { } commit } => part == Commit && commit.Version > 0 && AreCounts(commit.Rows, commit.Embedded, commit.Rejected, commit.Chunks),
        { Prepare: { } prepare } => part == Prepare && TrainingAnswers.IsAnswer(prepare),
        { Train: { } train } => part == Fit ? TrainingAnswers.IsFit(train) : TrainingAnswers.AreTrials(part, train),
        { Evaluate: { } evaluate } => part == Evaluate && TrainingAnswers.IsAnswer(evaluate),
        { Resolve: { } resolve } => part == Resolve && DeploymentAnswers.IsAnswer(resolve),
        { Gate: { } gate } => part is Check or Gate && DeploymentAnswers.IsAnswer(gate),
        _ => false,
    };

    internal static bool AreCounts(params ReadOnlySpan<long> counts)
    {
        foreach (var count in counts)
        {
            if (count is < 0 or > MaxCount)
            {
                return false;
            }
        }

        return true;
    }
}
