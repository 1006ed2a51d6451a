using TextOps.Crds.Meta;

namespace TextOps.Crds.Tasks;

/// <summary>
/// The last thing a task writes: at most 4 KiB of JSON in the termination message. Exactly one of the task's own result and <see cref="Error"/> is set.
/// </summary>
public sealed record TaskResult
{
    /// <summary>Largest size of a result, in bytes: the kubelet cuts termination messages there.</summary>
    public const int MaxBytes = 4096;

    /// <summary>Always <c>textops.dev/v1alpha1</c>.</summary>
    public string ApiVersion { get; init; } = ApiGroup.GroupVersion;

    /// <summary>Result of a plan task.</summary>
    public PlanResult? Plan { get; init; }

    /// <summary>Result of an embed task.</summary>
    public EmbedResult? Embed { get; init; }

    /// <summary>Result of a commit task.</summary>
    public CommitResult? Commit { get; init; }

    /// <summary>Result of a prepare task.</summary>
    public PrepareResult? Prepare { get; init; }

    /// <summary>Result of a train task.</summary>
    public TrainResult? Train { get; init; }

    /// <summary>Result of an evaluate task.</summary>
    public EvaluateResult? Evaluate { get; init; }

    /// <summary>Result of a resolve task.</summary>
    public ResolveResult? Resolve { get; init; }

    /// <summary>Result of a gate task.</summary>
    public GateResult? Gate { get; init; }

    /// <summary>Why the task failed (exit codes 2 and 3).</summary>
    public TaskError? Error { get; init; }
}

/// <summary>What planning found.</summary>
public sealed record PlanResult
{
    /// <summary>True: the last committed version already has this content; nothing is to be done.</summary>
    public required bool UpToDate { get; init; }

    /// <summary>The version that is to be made, or is current.</summary>
    public required int Version { get; init; }

    /// <summary>Number of shards in the plan.</summary>
    public required int Shards { get; init; }

    /// <summary>Number of input objects.</summary>
    public required int Inputs { get; init; }

    /// <summary>Their size together, in bytes.</summary>
    public required long InputBytes { get; init; }

    /// <summary>URI of the version.</summary>
    public required string Output { get; init; }

    /// <summary>Of a version that is up to date: rows read.</summary>
    public long? Rows { get; init; }

    /// <summary>Of a version that is up to date: chunks.</summary>
    public long? Chunks { get; init; }

    /// <summary>Of a version that is up to date: rows rejected.</summary>
    public long? Rejected { get; init; }
}

/// <summary>What a shard came to.</summary>
public sealed record EmbedResult
{
    /// <summary>Index of the shard, from 0.</summary>
    public required int Shard { get; init; }

    /// <summary>Number of parts.</summary>
    public required int Parts { get; init; }

    /// <summary>Rows read.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows rejected.</summary>
    public required long Rejected { get; init; }

    /// <summary>Chunks embedded.</summary>
    public required long Chunks { get; init; }

    /// <summary>Chunks per second over this attempt.</summary>
    public double? ChunksPerSecond { get; init; }
}

/// <summary>What was committed.</summary>
public sealed record CommitResult
{
    /// <summary>The version.</summary>
    public required int Version { get; init; }

    /// <summary>URI of the version.</summary>
    public required string Output { get; init; }

    /// <summary>Rows read.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows embedded.</summary>
    public required long Embedded { get; init; }

    /// <summary>Rows rejected.</summary>
    public required long Rejected { get; init; }

    /// <summary>Chunks.</summary>
    public required long Chunks { get; init; }
}

/// <summary>Why a task failed.</summary>
public sealed record TaskError
{
    /// <summary>In CamelCase; becomes the reason of Stalled where retrying cannot help. See <see cref="TaskErrorReasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>What is wrong and how to fix it: names the object, field and value.</summary>
    public required string Message { get; init; }
}

/// <summary>Reasons that tasks give.</summary>
public static class TaskErrorReasons
{
    /// <summary>The spec says something that cannot be done: missing model file, unsupported tokenizer, chunk size over the model's limit.</summary>
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>The input is missing, empty, changed while it was read, or too much of it was rejected.</summary>
    public const string InputRejected = "InputRejected";

    /// <summary>The store refused: not writable, foreign owner, no conditional writes, full.</summary>
    public const string StoreRefused = "StoreRefused";

    /// <summary>Something that may pass: network, I/O error.</summary>
    public const string Transient = "Transient";
}

/// <summary>Exit codes of the runner.</summary>
public static class TaskExitCodes
{
    /// <summary>Done.</summary>
    public const int Succeeded = 0;

    /// <summary>The task or its input is wrong; never tried again.</summary>
    public const int Refused = 2;

    /// <summary>It may work another time.</summary>
    public const int Retry = 3;

    /// <summary>Ended by SIGTERM after the last whole part.</summary>
    public const int Terminated = 143;
}
