using System.Reflection;
using TextOps.Crds.Meta;

namespace TextOps.Kubernetes.Client;

/// <summary>Where the API serves a kind, from <see cref="KubernetesEntityAttribute"/> or from a CRD.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">API version.</param>
/// <param name="Kind">Kind in CamelCase.</param>
/// <param name="Plural">Plural, lower case.</param>
public sealed record EntityType(string Group, string Version, string Kind, string Plural)
{
    /// <summary>What an object's <c>apiVersion</c> says.</summary>
    public string GroupVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The resource as the API server names it in messages: <c>jobs.batch</c>.</summary>
    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>The kind as the API server names it in messages: <c>Job.batch</c>.</summary>
    public string GroupKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    /// <summary>The type of <typeparamref name="T"/>; throws where it lacks <see cref="KubernetesEntityAttribute"/>.</summary>
    public static EntityType Of<T>() where T : class, IKubernetesObject => PerType<T>.Value;

    private static class PerType<T>
    {
        public static readonly EntityType Value = Read();

        private static EntityType Read()
        {
            var attribute = typeof(T).GetCustomAttribute<KubernetesEntityAttribute>()
                ?? throw new InvalidOperationException($"{typeof(T)} has no [KubernetesEntity]; add it to say where the API serves the type");
            return new EntityType(attribute.Group, attribute.ApiVersion, attribute.Kind, attribute.PluralName);
        }
    }
}
