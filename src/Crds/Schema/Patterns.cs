namespace TextOps.Crds.Schema;

/// <summary>Patterns of strings that more than one field holds; those of decimals are in <see cref="Decimals"/>.</summary>
public static class Patterns
{
    /// <summary>A URI with its scheme, for example <c>file:///data</c>.</summary>
    public const string Uri = "^[a-z][a-z0-9]*://.+$";

    /// <summary>A DNS label (RFC 1123): lower-case letters, digits and '-', a letter or digit first and last.</summary>
    public const string Label = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";

    /// <summary>The name of an output or a model in a store: as a label, with '.' and '_' inside.</summary>
    public const string StoreName = "^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$";

    /// <summary>A digest: <c>sha256:</c> and 64 lower-case hex digits.</summary>
    public const string Digest = "^sha256:[0-9a-f]{64}$";
}
