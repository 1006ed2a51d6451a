using TextOps.Crds.TrainingRuns;

namespace TextOps.Crds.ModelDeployments;

/// <summary>
/// What must outlive a pass and an operator, kept in annotation <c>textops.dev/stage</c> of the stage's Deployment and written with it in one request: with this and the
/// spec, a lost status is made again.
/// </summary>
public sealed record StageMemory
{
    /// <summary>What the Deployment's pods are made of.</summary>
    public required StageVersion Current { get; init; }

    /// <summary>The last version that passed its gates here; null until one did.</summary>
    public StageVersion? Stable { get; init; }

    /// <summary>The version that failed here last.</summary>
    public RejectedVersion? Rejected { get; init; }

    /// <summary>How the gates of the last version that was judged came out.</summary>
    public IReadOnlyList<GateStatus>? Gates { get; init; }

    /// <summary>URI of the stable version's evidence.</summary>
    public string? Evidence { get; init; }
}

/// <summary>A version with its digest.</summary>
/// <param name="Version">For example <c>v000003</c>.</param>
/// <param name="Digest"><c>sha256:</c> and 64 hex digits.</param>
public sealed record StageVersion(string Version, string Digest);
