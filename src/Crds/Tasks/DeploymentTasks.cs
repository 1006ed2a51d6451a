using TextOps.Crds.ModelDeployments;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Crds.Tasks;

/// <summary>Asks the registry what aliases and versions mean now. <see cref="TaskDocument.Output"/> is the registry and the model's name.</summary>
public sealed record ResolveTask : TaskDocument
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = nameof(ResolveTask);

    /// <summary>Aliases and numbers.</summary>
    public required IReadOnlyList<string> References { get; init; }
}

/// <summary>
/// Judges a version for a stage. Without <see cref="Probe"/>: before it is rolled out, by its card, its digest and the evidence of the stage before. With it: the version serves, is asked and
/// watched, all gates are judged, and where they hold the evidence is written and the alias moved. Asked again it answers with the evidence that is there.
/// </summary>
public sealed record GateTask : TaskDocument
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = nameof(GateTask);

    /// <summary>The stage.</summary>
    public required string Stage { get; init; }

    /// <summary>Number of the version.</summary>
    public required int Version { get; init; }

    /// <summary>Digest that the version must have.</summary>
    public required string Digest { get; init; }

    /// <summary>The stage whose evidence is required; null for none.</summary>
    public string? After { get; init; }

    /// <summary>The stage's gates, all of them.</summary>
    public required IReadOnlyList<Gate> Gates { get; init; }

    /// <summary>How the version is asked where it serves; null before it does.</summary>
    public ServingProbe? Probe { get; init; }

    /// <summary>Alias that is moved to the version once it has passed; null for none.</summary>
    public string? Alias { get; init; }
}

/// <summary>How a version is asked where it serves.</summary>
public sealed record ServingProbe
{
    /// <summary>Where: the URL of the stage's Service, without a '/' at its end. The bearer token, where there is one, is in <see cref="ServeEnvironment.BearerToken"/>.</summary>
    public required string Url { get; init; }

    /// <summary>The smoke requests; where there are none a few neutral texts are used to probe latency and to soak.</summary>
    public required IReadOnlyList<SmokeRequest> Smoke { get; init; }

    /// <summary>How long it is watched, in seconds.</summary>
    public required int SoakSeconds { get; init; }
}

/// <summary>Serves a version over HTTP until it is stopped. It has no result. <see cref="TaskDocument.Output"/> is the registry and the model's name.</summary>
public sealed record ServeTask : TaskDocument
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = nameof(ServeTask);

    /// <summary>The stage.</summary>
    public required string Stage { get; init; }

    /// <summary>Number of the version.</summary>
    public required int Version { get; init; }

    /// <summary>Digest that the version must have: it is compared before anything of it is loaded.</summary>
    public required string Digest { get; init; }

    /// <summary>Limits, batching, access.</summary>
    public required Serving Serving { get; init; }

    /// <summary>The log of predictions, its store with nothing left to default; null for none.</summary>
    public PredictionLog? PredictionLog { get; init; }
}

/// <summary>Environment of a serving pod.</summary>
public static class ServeEnvironment
{
    /// <summary>The bearer token that requests must carry, from <c>serving.access</c>.</summary>
    public const string BearerToken = "TEXTOPS_BEARER_TOKEN";

    /// <summary>Name of the pod.</summary>
    public const string PodName = "POD_NAME";
}

/// <summary>Ports of a serving pod, and of its Service.</summary>
public static class ServePorts
{
    /// <summary>Requests: <c>http</c>.</summary>
    public const int Http = 8080;

    /// <summary>Probes, metrics and <c>/stats</c>: <c>metrics</c>.</summary>
    public const int Metrics = 9090;
}

/// <summary>What the registry said.</summary>
public sealed record ResolveResult
{
    /// <summary>One for each reference, in the order of the task.</summary>
    public required IReadOnlyList<ResolvedVersion> Versions { get; init; }
}

/// <summary>How a version came out.</summary>
public sealed record GateResult
{
    /// <summary>Number of the version.</summary>
    public required int Version { get; init; }

    /// <summary><see cref="GateVerdicts"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why, for people, where it did not pass; at most 1 KiB.</summary>
    public string? Message { get; init; }

    /// <summary>How each gate came out; before the version serves, only those of its card.</summary>
    public required IReadOnlyList<GateStatus> Gates { get; init; }

    /// <summary>URI of the evidence that was written; null where none was.</summary>
    public string? Evidence { get; init; }
}

/// <summary>How a version came out.</summary>
public static class GateVerdicts
{
    /// <summary>Every gate that could be judged holds.</summary>
    public const string Passed = "Passed";

    /// <summary>A gate does not hold.</summary>
    public const string GateFailed = StageReasons.GateFailed;

    /// <summary>The version's digest is not the one that the task names.</summary>
    public const string ApprovalMismatch = StageReasons.ApprovalMismatch;

    /// <summary>The registry has no such version.</summary>
    public const string VersionNotFound = StageReasons.VersionNotFound;

    /// <summary>There is no evidence of the stage before, so far.</summary>
    public const string AwaitingEvidence = StageReasons.AwaitingEvidence;
}
