namespace TextOps.Crds.Meta;

/// <summary>Kubernetes object metadata; the fields our controllers read or write (Kubernetes API conventions, "Metadata").</summary>
public sealed record V1ObjectMeta
{
    /// <summary>Name, unique per kind and namespace.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace; absent for cluster-scoped objects.</summary>
    public string? Namespace { get; init; }

    /// <summary>Unique over all time; set by the server.</summary>
    public string? Uid { get; init; }

    /// <summary>Opaque version for optimistic concurrency; set by the server.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Counts changes of the spec; set by the server.</summary>
    public long? Generation { get; init; }

    /// <summary>When the object was created; set by the server.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>When deletion was asked for; the object goes once its grace is over.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Seconds a deleted object is given to end.</summary>
    public long? DeletionGracePeriodSeconds { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Owners; the object is collected when all of them are gone.</summary>
    public IReadOnlyList<V1OwnerReference>? OwnerReferences { get; init; }

    /// <summary>Names of those who must act before the object may go.</summary>
    public IReadOnlyList<string>? Finalizers { get; init; }
}

/// <summary>Names the owner of an object in the same namespace.</summary>
public sealed record V1OwnerReference
{
    /// <summary>The owner's <c>group/version</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The owner's kind.</summary>
    public required string Kind { get; init; }

    /// <summary>The owner's name.</summary>
    public required string Name { get; init; }

    /// <summary>The owner's uid.</summary>
    public required string Uid { get; init; }

    /// <summary>True for the one owner that manages the object.</summary>
    public bool? Controller { get; init; }

    /// <summary>Whether foreground deletion of the owner waits for this object.</summary>
    public bool? BlockOwnerDeletion { get; init; }
}
