namespace TextOps.Crds.Yaml;

/// <summary>How much of a file is read: manifests are written by people and kept in etcd, so far less than this is usual.</summary>
internal static class ManifestLimits
{
    /// <summary>Largest file, in bytes.</summary>
    public const int Bytes = 1 << 20;

    /// <summary>Most values in a document, those counted again that aliases repeat.</summary>
    public const int Nodes = 50_000;

    /// <summary>Deepest nesting.</summary>
    public const int Depth = 50;
}
