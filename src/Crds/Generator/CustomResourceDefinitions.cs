using System.Text.Json.Nodes;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.TrainingRuns;
using TextOps.Crds.Meta;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Schema;

namespace TextOps.Crds.Generator;

/// <summary>The custom resource definitions of our kinds at run time: without descriptions, otherwise what <c>config/crds</c> holds.</summary>
public static class CustomResourceDefinitions
{
    /// <summary>The types of all our kinds.</summary>
    public static IReadOnlyList<Type> Kinds { get; } = [typeof(EmbeddingJob), typeof(TrainingRun), typeof(ModelDeployment)];

    /// <summary>The definition (apiextensions.k8s.io/v1) of <typeparamref name="T"/>; a document of the caller's own.</summary>
    public static JsonObject Of<T>()
        where T : IKubernetesObject => Of(typeof(T));

    /// <summary>The definition (apiextensions.k8s.io/v1) of <paramref name="kind"/>; a document of the caller's own.</summary>
    public static JsonObject Of(Type kind) => new CrdGenerator(XmlDocs.None).Generate(kind);
}
