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

    /// <summary>Which model these are versions of: a hash of registry and name. Of another model nothing can be brought back.</summary>
    public string? Model { get; init; }

    /// <summary>The operator's own runner image when the pods were made; they keep it through an upgrade of the operator, where <c>spec.runner</c> names none.</summary>
    public string? Image { get; init; }

    /// <summary><see cref="Image"/> of the stable version, which comes back with it.</summary>
    public string? StableImage { get; init; }

    /// <summary>Hash of the pods' template.</summary>
    public string? Template { get; init; }

    /// <summary>When that template was rolled out.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Makes the pods of a version that is tried again others than those that failed; null where none was.</summary>
    public string? Retried { get; init; }

    /// <summary>ConfigMaps of earlier templates, whose pods may still need them until the roll-out is complete.</summary>
    public IReadOnlyList<string>? Superseded { get; init; }
}

/// <summary>A version with its digest.</summary>
/// <param name="Version">For example <c>v000003</c>.</param>
/// <param name="Digest"><c>sha256:</c> and 64 hex digits.</param>
public sealed record StageVersion(string Version, string Digest);
