using TextOps.Crds.EmbeddingJobs;

namespace TextOps.Crds.Tasks;

/// <summary>
/// What a Job's runner is to do: an immutable JSON document, mounted at <c>/etc/textops/task.json</c>. Unknown fields are refused. It never holds a
/// secret: credentials reach the pod by environment from Secrets.
/// </summary>
public abstract record TaskDocument
{
    /// <summary>Always <c>textops.dev/v1alpha1</c>.</summary>
    public string ApiVersion { get; init; } = ApiGroup.GroupVersion;

    /// <summary>Which task this is, for example <c>PlanTask</c>.</summary>
    public abstract string Kind { get; init; }

    /// <summary>The object that the task works for.</summary>
    public required TaskOwner Owner { get; init; }

    /// <summary>Run identity: 16 hex digits.</summary>
    public required string RunId { get; init; }

    /// <summary>Where versions are written, with nothing left to default.</summary>
    public required TaskOutput Output { get; init; }
}

/// <summary>The object a task works for.</summary>
public sealed record TaskOwner
{
    /// <summary>Its namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }
}

/// <summary>A resolved output: store and name.</summary>
public sealed record TaskOutput
{
    /// <summary>The store's URI.</summary>
    public required string Uri { get; init; }

    /// <summary>Name of the output below <c>embeddings/</c>.</summary>
    public required string Name { get; init; }
}

/// <summary>Lists and pins inputs and model, cuts shards and creates <c>_plan.json</c>; or finds that the last version is up to date.</summary>
public sealed record PlanTask : TaskDocument
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = nameof(PlanTask);

    /// <summary>What triggered the run.</summary>
    public required string Trigger { get; init; }

    /// <summary>Where the texts are.</summary>
    public required TextSource Source { get; init; }

    /// <summary>The model.</summary>
    public required EmbeddingModel Model { get; init; }

    /// <summary>How texts are cut.</summary>
    public required Chunking Chunking { get; init; }

    /// <summary>Which rows are rejected.</summary>
    public required RowValidation Validation { get; init; }

    /// <summary>How parts are written.</summary>
    public required EmbeddingFormat Format { get; init; }

    /// <summary>Into how many shards the inputs are cut.</summary>
    public required int Shards { get; init; }
}

/// <summary>Embeds one shard of a planned version; everything else is in the version's <c>_plan.json</c>.</summary>
public sealed record EmbedTask : TaskDocument
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = nameof(EmbedTask);

    /// <summary>Number of the version.</summary>
    public required int Version { get; init; }

    /// <summary>Index of the shard, from 0.</summary>
    public required int Shard { get; init; }
}

/// <summary>Commits a version whose shards are all done.</summary>
public sealed record CommitTask : TaskDocument
{
    /// <inheritdoc/>
    public override string Kind { get; init; } = nameof(CommitTask);

    /// <summary>Number of the version.</summary>
    public required int Version { get; init; }

    /// <summary>How many committed versions are kept; all where absent.</summary>
    public int? KeepVersions { get; init; }
}
