using TextOps.Crds;
using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Runs;

/// <summary>All that the decision about an object with runs rests on, seen at one moment. A kind adds what only it has.</summary>
public abstract record RunSnapshot
{
    // The schema bounds status.lastHandledRerun to 256 characters; an annotation may be longer.
    private const int MaxRerunBytes = 256;

    /// <summary>The object.</summary>
    public abstract IRunObject<IRunSpec, IRunStatus> Owner { get; }

    /// <summary>Its child Jobs, of this run and of earlier ones.</summary>
    public IReadOnlyList<TaskAttempt> Attempts { get; init; } = [];

    /// <summary>What is wrong with the spec; empty where nothing is.</summary>
    public IReadOnlyList<string> SpecErrors { get; init; } = [];

    /// <summary>What running pods say of their progress, by part; best effort, shown and never decided upon.</summary>
    public IReadOnlyDictionary<string, TaskProgress> Progress { get; init; } = new Dictionary<string, TaskProgress>(StringComparer.Ordinal);

    /// <summary>The operator's options.</summary>
    public required OperatorOptions Options { get; init; }

    /// <summary>The newest version of what the object follows, for example <c>v000003</c>; null where it follows nothing or there is none yet.</summary>
    public virtual string? Input { get; init; }

    /// <summary>The object's spec.</summary>
    public virtual IRunSpec Spec => Owner.Spec;

    /// <summary>The object's status.</summary>
    public IRunStatus? Status => Owner.Status;

    /// <summary>Hash of the fields that define a run.</summary>
    public abstract string RunHash { get; }

    /// <summary>Results of runs that came to a good end.</summary>
    public abstract IReadOnlyList<string> GoodResults { get; }

    /// <summary>Why nothing can be run by this spec; empty where something can.</summary>
    public virtual IReadOnlyList<string> Problems => SpecErrors;

    /// <summary>The run that the status knows last.</summary>
    public RunStatus? LastRun => Status?.Run;

    /// <summary>A rerun that was asked for and not yet acted on.</summary>
    public string? PendingRerun =>
        Owner.Metadata.Annotations?.GetValueOrDefault(ApiGroup.RerunAnnotation) is { Length: > 0 } value && Ellipsis.Cut(value, MaxRerunBytes) is var rerun && rerun != Status?.LastHandledRerun
            ? rerun
            : null;

    /// <summary>A version of what the object follows that no run has read yet.</summary>
    public virtual string? PendingInput => LastRun is { } last && last.Input != Input ? Input : null;

    /// <summary>Whether the last pass held the run back: suspended, or nothing to be run by the spec.</summary>
    public virtual bool WasHeld => Says(RunConditions.Ready, RunReasons.Suspended) || Says(RunConditions.Stalled, RunReasons.InvalidSpec);

    /// <summary>Whether <paramref name="run"/> cannot begin because what it is to read is not there; that time does not count towards its deadline.</summary>
    public virtual bool Awaits(RunStatus run) => false;

    /// <summary>Whether what an attempt of the current run that is done said can be its answer; if not, it counts as lost.</summary>
    public virtual bool Accepts(TaskAttempt done) => TaskParts.IsAnswer(done.Part, done.Result);

    /// <summary>What the spec says of attempts.</summary>
    internal TaskRules TaskRules => new()
    {
        MaxRetries = Spec.MaxRetriesPerShard,
        PodStartTimeout = TimeSpan.FromSeconds(Spec.PodStartTimeoutSeconds),
        QueueName = Spec.QueueName,
        RetriesExhausted = RunReasons.RetriesExhausted,
        PodDidNotStart = RunReasons.PodStartTimeout,
        Refused = RunReasons.InvalidSpec,
    };

    /// <summary>Whether the status gives <paramref name="condition"/> this reason.</summary>
    internal bool Says(string condition, string reason) => Conditions.Find(Status?.Conditions, condition)?.Reason == reason;
}
