namespace TextOps.Artifacts.Embeddings;

/// <summary>A version that has a folder.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Planned">Whether it has a plan; without one and not committed, it is what a broken-off removal left.</param>
/// <param name="Committed">Whether it has a manifest, and so is complete and visible.</param>
public readonly record struct VersionState(int Version, bool Planned, bool Committed);
