using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Generator;
using TextOps.Crds.Meta;
using TextOps.Crds.Yaml;
using TextOps.Kubernetes.Client;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Kinds;

/// <summary>One of our kinds, as the commands of local mode deal with it.</summary>
internal abstract class LocalKind
{
    private const string EveryKind = "all";

    protected LocalKind(Type type)
    {
        Type = type;
        Definition = CustomResourceDefinitions.Of(type);
    }

    /// <summary>All kinds: a class for each of <see cref="CustomResourceDefinitions.Kinds"/>.</summary>
    public static IReadOnlyList<LocalKind> All { get; } = [new EmbeddingJobs(), new TrainingRuns(), new ModelDeployments()];

    /// <summary>The type of its objects.</summary>
    public Type Type { get; }

    /// <summary>Its definition, which nobody changes.</summary>
    public JsonObject Definition { get; }

    /// <summary>Plural with group: <c>embeddingjobs.textops.dev</c>.</summary>
    public string Resource => $"{Name("plural")}.{ApiGroup.Name}";

    /// <summary>Singular with group: <c>embeddingjob.textops.dev</c>.</summary>
    public string Singular => $"{Name("singular")}.{ApiGroup.Name}";

    /// <summary>The kind of <paramref name="entity"/>.</summary>
    public static LocalKind Of(IKubernetesObject entity) => All.First(kind => kind.Type == entity.GetType());

    /// <summary>The kinds that a person means by <paramref name="name"/>: kind, plural, singular, short name, category, or <c>all</c>.</summary>
    /// <exception cref="UsageException">None.</exception>
    public static IReadOnlyList<LocalKind> Find(string name)
    {
        var wanted = name.Split('.')[0];
        if (wanted == EveryKind)
        {
            return All;
        }

        List<LocalKind> found = [.. All.Where(kind => kind.Names().Contains(wanted, StringComparer.OrdinalIgnoreCase))];
        if (found.Count > 0)
        {
            return found;
        }

        List<string> known = [.. All.SelectMany(kind => kind.Names()).Append(EveryKind).Distinct(StringComparer.Ordinal)];
        var nearest = NearestName.Of(name, known);
        throw new UsageException($"there is no kind \"{Printable.OneLine(name, 100)}\"; {(nearest is null ? $"use one of {string.Join(", ", known)}" : $"did you mean {nearest}?")}");
    }

    /// <summary>The objects of a namespace, of all where it is null.</summary>
    public abstract Task<IReadOnlyList<IKubernetesObject>> ListAsync(IKubernetesClient client, string? @namespace, CancellationToken cancellationToken);

    /// <summary>The object as one that is to be applied: with its namespace, and without a status.</summary>
    public abstract IKubernetesObject Wanted(IKubernetesObject entity, string @namespace);

    /// <summary>Creates or updates an object, see <see cref="ManifestApplier"/>; answers it as the cluster has it then.</summary>
    public abstract Task<IKubernetesObject> ApplyAsync(IKubernetesClient client, IKubernetesObject wanted, TimeProvider time, CancellationToken cancellationToken);

    /// <summary>How an object stands now; null where it is gone.</summary>
    public abstract Task<ObjectView?> ViewAsync(LocalControlPlane plane, IKubernetesClient client, ManifestObject applied, CancellationToken cancellationToken);

    private string Name(string form) => Definition["spec"]!["names"]![form]!.GetValue<string>();

    private IEnumerable<string> Names()
    {
        var names = Definition["spec"]!["names"]!;
        return [Name("kind"), Name("plural"), Name("singular"), .. Texts(names["shortNames"]), .. Texts(names["categories"])];
    }

    private static IEnumerable<string> Texts(JsonNode? list) => list is JsonArray items ? items.Select(item => item!.GetValue<string>()) : [];
}
