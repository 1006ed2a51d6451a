using TextOps.Crds.Tasks;

namespace TextOps.Artifacts.Registry;

/// <summary>A version that is there: its card, and the digest that pins it.</summary>
public sealed record RegisteredModel
{
    /// <summary>The card.</summary>
    public required ModelCard Card { get; init; }

    /// <summary><c>sha256:</c> and the hex digits of the SHA-256 of the card's bytes.</summary>
    public required string Digest { get; init; }

    /// <summary>URI of the version's folder, without a '/' at its end.</summary>
    public required string Uri { get; init; }
}

/// <summary>A version that has a folder.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Claimed">Whether a run took the number; without a claim and not committed, it is what a broken-off removal left.</param>
/// <param name="Committed">Whether it has a card, and so is complete and visible.</param>
public readonly record struct ModelVersionState(int Version, bool Claimed, bool Committed);

/// <summary><c>_claim.json</c>: created first, once; the number belongs to this run.</summary>
public sealed record VersionClaim
{
    /// <summary>The object that the run works for.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>Run identity.</summary>
    public required string RunId { get; init; }

    /// <summary>Identity of data and settings.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When the number was taken.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Whether another claim is of the same run.</summary>
    internal bool IsSameRun(VersionClaim other) => other.Owner == Owner && other.RunId == RunId && other.Fingerprint == Fingerprint;
}

/// <summary><c>aliases/&lt;alias&gt;.json</c>: a name that points to a version and moves.</summary>
public sealed record ModelAlias
{
    /// <summary>The version's number.</summary>
    public required int Version { get; init; }

    /// <summary>Digest of that version's card.</summary>
    public required string Digest { get; init; }

    /// <summary>When it was moved there.</summary>
    public required DateTimeOffset Updated { get; init; }
}

/// <summary><c>pins/&lt;holder&gt;.json</c>: somebody works with a version, which must not be removed for 24 hours.</summary>
public sealed record ModelPin
{
    /// <summary>The version's number.</summary>
    public required int Version { get; init; }

    /// <summary>Who works with it.</summary>
    public required string Holder { get; init; }

    /// <summary>When the pin was put or renewed.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Whether it still holds.</summary>
    public bool IsFresh(DateTimeOffset now) => Time > now - ModelPins.FreshFor;
}
