namespace TextOps.Artifacts.Registry;

/// <summary>A model that was not trained here, on its way into a registry.</summary>
public sealed record ImportedModel
{
    /// <summary>The local folder of its files.</summary>
    public required string Folder { get; init; }

    /// <summary>The files that become the version's: relative paths with forward slashes.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>What it is for.</summary>
    public required ModelTask Task { get; init; }

    /// <summary>What it takes and gives.</summary>
    public required ModelSignature Signature { get; init; }

    /// <summary>What it reached; without metrics where it was not judged.</summary>
    public required ModelEvaluation Evaluation { get; init; }
}
