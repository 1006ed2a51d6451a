using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Artifacts.Registry;

/// <summary><c>evidence/&lt;stage&gt;-&lt;digest&gt;.json</c> of a version: it passed a stage, and by what. Another stage may require it, in another cluster too.</summary>
public sealed record StageEvidence
{
    /// <summary>What <see cref="Kind"/> says.</summary>
    public const string DocumentKind = "Evidence";

    /// <summary>Always <c>textops.dev/v1alpha1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Always <c>Evidence</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Name of the stage.</summary>
    public required string Stage { get; init; }

    /// <summary>Number of the version.</summary>
    public required int Version { get; init; }

    /// <summary>Digest of the version's card.</summary>
    public required string Digest { get; init; }

    /// <summary>Hash of all that it was judged by: gates, smoke requests and soak time. Another value is judged again.</summary>
    public required string Judged { get; init; }

    /// <summary>Hash of the gates alone: what is known of a judgement before the version serves.</summary>
    public required string JudgedGates { get; init; }

    /// <summary>How the gates came out.</summary>
    public required IReadOnlyList<GateStatus> Gates { get; init; }

    /// <summary>The object whose stage it is.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>When it passed.</summary>
    public required DateTimeOffset Time { get; init; }
}
