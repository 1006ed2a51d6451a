using TextOps.Learning.Matrices;

namespace TextOps.Learning.Features;

/// <summary>A fitted block of features.</summary>
public abstract class PipelineBlock
{
    private protected PipelineBlock(string name, bool isSparse, int columns) => (Name, IsSparse, Columns) = (name, isSparse, columns);

    /// <summary>Name of the block.</summary>
    public string Name { get; }

    /// <summary>Whether its columns are sparse.</summary>
    public bool IsSparse { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Makes the features of rows.</summary>
    internal abstract FeatureMatrix Transform(IReadOnlyList<TextRow> rows, CancellationToken cancellationToken);
}
