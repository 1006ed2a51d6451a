namespace TextOps.Kubernetes.InMemory.Applying;

/// <summary>Shapes of the core kinds (the <c>x-kubernetes-list-…</c> marks in the API server's OpenAPI document, as Kubernetes 1.20 has them).</summary>
internal static class CoreShapes
{
    private static readonly MergeShape Metadata = MergeShape.Of(("finalizers", MergeShape.Set), ("ownerReferences", MergeShape.ListBy("uid")));

    private static readonly MergeShape Container = MergeShape.Of(
        ("env", MergeShape.ListBy("name")),
        ("ports", MergeShape.ListBy([new MergeKey("containerPort"), new MergeKey("protocol", "TCP")])),
        ("volumeDevices", MergeShape.ListBy("devicePath")),
        ("volumeMounts", MergeShape.ListBy("mountPath")));

    private static readonly MergeShape PodSpec = MergeShape.Of(
        ("containers", MergeShape.ListBy("name", Container)),
        ("imagePullSecrets", MergeShape.ListBy("name")),
        ("initContainers", MergeShape.ListBy("name", Container)),
        ("volumes", MergeShape.ListBy("name")));

    private static readonly MergeShape Template = MergeShape.Of(("metadata", Metadata), ("spec", PodSpec));

    /// <summary>Any kind of which nothing else is known.</summary>
    public static MergeShape Object { get; } = WithSpec(MergeShape.Plain);

    public static MergeShape Pod { get; } = WithSpec(PodSpec);

    /// <summary>What runs pods: a Job or a Deployment.</summary>
    public static MergeShape Workload { get; } = WithSpec(MergeShape.Of(("selector", MergeShape.Atomic), ("template", Template)));

    /// <summary>Its ports have no default protocol as a key: whoever applies a Service must name it.</summary>
    public static MergeShape Service { get; } = WithSpec(MergeShape.Of(("ports", MergeShape.ListBy([new MergeKey("port"), new MergeKey("protocol")]))));

    public static MergeShape DisruptionBudget { get; } = WithSpec(MergeShape.Of(("selector", MergeShape.Atomic)));

    private static MergeShape WithSpec(MergeShape spec) => MergeShape.Of(("metadata", Metadata), ("spec", spec));

    /// <summary>A custom resource whose schema has these <paramref name="fields"/>.</summary>
    public static MergeShape OfCustomResource(MergeShape fields) => fields with { Fields = new Dictionary<string, MergeShape>(fields.Fields) { ["metadata"] = Metadata } };
}
