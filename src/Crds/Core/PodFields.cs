using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.Core;

/// <summary>Compute resources (core/v1 ResourceRequirements).</summary>
public sealed record V1ResourceRequirements
{
    /// <summary>What the scheduler reserves, by resource name; values are Kubernetes quantities.</summary>
    [MaxItems(16)]
    public IReadOnlyDictionary<string, Quantity>? Requests { get; init; }

    /// <summary>What the container may use at most, by resource name; values are Kubernetes quantities.</summary>
    [MaxItems(16)]
    public IReadOnlyDictionary<string, Quantity>? Limits { get; init; }
}

/// <summary>One environment variable (core/v1 EnvVar).</summary>
public sealed record V1EnvVar
{
    /// <summary>Name.</summary>
    [MaxLength(256)]
    public required string Name { get; init; }

    /// <summary>Literal value; visible to everyone who may read the object, so never a secret.</summary>
    [MaxLength(4096)]
    public string? Value { get; init; }

    /// <summary>Where the value comes from instead.</summary>
    public V1EnvVarSource? ValueFrom { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<V1EnvVar>> Rules { get; } =
    [
        new("!(has(self.value) && has(self.valueFrom))", variable => variable.Value is null || variable.ValueFrom is null,
            "value and valueFrom exclude each other; leave one out",
            (variable, at) => $"{at}value and {at}valueFrom of {variable.Name} exclude each other; leave one out"),
    ];
}

/// <summary>Source of an environment variable's value; exactly one field is set.</summary>
public sealed record V1EnvVarSource
{
    /// <summary>A key of a Secret.</summary>
    public V1KeySelector? SecretKeyRef { get; init; }

    /// <summary>A key of a ConfigMap.</summary>
    public V1KeySelector? ConfigMapKeyRef { get; init; }

    /// <summary>A field of the pod itself, for example <c>status.podIP</c>.</summary>
    public V1FieldSelector? FieldRef { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<V1EnvVarSource>> Rules { get; } =
    [
        new("[has(self.secretKeyRef), has(self.configMapKeyRef), has(self.fieldRef)].exists_one(given, given)",
            source => new object?[] { source.SecretKeyRef, source.ConfigMapKeyRef, source.FieldRef }.Count(given => given is not null) == 1,
            "exactly one of secretKeyRef, configMapKeyRef and fieldRef must be given"),
    ];
}

/// <summary>A key of a Secret or a ConfigMap in the same namespace.</summary>
public sealed record V1KeySelector
{
    /// <summary>The object's name.</summary>
    [MaxLength(253)]
    public required string Name { get; init; }

    /// <summary>The key.</summary>
    [MaxLength(253)]
    public required string Key { get; init; }

    /// <summary>Whether the pod starts without it.</summary>
    public bool? Optional { get; init; }
}

/// <summary>A field of the pod (downward API).</summary>
public sealed record V1FieldSelector
{
    /// <summary>Path of the field, for example <c>metadata.name</c>.</summary>
    [MaxLength(256)]
    public required string FieldPath { get; init; }
}

/// <summary>A Secret or ConfigMap whose keys become environment variables (core/v1 EnvFromSource).</summary>
public sealed record V1EnvFromSource
{
    /// <summary>Put before each key.</summary>
    [MaxLength(256)]
    public string? Prefix { get; init; }

    /// <summary>The Secret.</summary>
    public V1LocalObjectReference? SecretRef { get; init; }

    /// <summary>The ConfigMap.</summary>
    public V1LocalObjectReference? ConfigMapRef { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<V1EnvFromSource>> Rules { get; } =
    [
        new("has(self.secretRef) != has(self.configMapRef)", source => source.SecretRef is null != source.ConfigMapRef is null,
            "exactly one of secretRef and configMapRef must be given"),
    ];
}

/// <summary>Names an object in the same namespace.</summary>
public sealed record V1LocalObjectReference
{
    /// <summary>Its name.</summary>
    [MaxLength(253)]
    public required string Name { get; init; }
}

/// <summary>A taint that a pod tolerates (core/v1 Toleration).</summary>
public sealed record V1Toleration
{
    /// <summary>The taint's key; all keys where absent.</summary>
    [MaxLength(316)]
    public string? Key { get; init; }

    /// <summary><c>Exists</c> or <c>Equal</c>.</summary>
    [MaxLength(16)]
    public string? Operator { get; init; }

    /// <summary>The taint's value, for <c>Equal</c>.</summary>
    [MaxLength(253)]
    public string? Value { get; init; }

    /// <summary>The taint's effect; all effects where absent.</summary>
    [MaxLength(32)]
    public string? Effect { get; init; }

    /// <summary>How long a NoExecute taint is tolerated.</summary>
    public long? TolerationSeconds { get; init; }
}
