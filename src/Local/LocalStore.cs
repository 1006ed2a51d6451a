using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.Validation;
using TextOps.Kubernetes.InMemory;
using TextOps.Local.Commands.Kinds;

namespace TextOps.Local;

/// <summary>The cluster of local mode: objects live in <c>&lt;store&gt;/.textops/objects/</c>, outputs in the store itself.</summary>
internal sealed class LocalStore : IAsyncDisposable
{
    /// <summary>Store of commands that name none.</summary>
    public const string DefaultFolder = "textops-store";

    private readonly ObjectDirectory directory;

    private LocalStore(ObjectDirectory directory)
    {
        this.directory = directory;
        Cluster = new InMemoryCluster(new InMemoryClusterOptions { Directory = directory });
        foreach (var kind in LocalKind.All)
        {
            Cluster.Register(new CustomResource(kind.Definition, document => Rules(document, kind.Type)));
        }
    }

    /// <summary>The cluster.</summary>
    public InMemoryCluster Cluster { get; }

    /// <summary>Object files that could not be read.</summary>
    public IReadOnlyList<string> Damaged => [.. directory.Damaged.Select(file => file.ToString())];

    /// <summary>Where pods' files lie.</summary>
    public string PodsFolder => Path.Combine(directory.Store, ".textops", "pods");

    /// <summary>The store as a URI.</summary>
    public string Uri => FileUri.FromPath(directory.Store);

    /// <summary>Opens a store for this process alone.</summary>
    public static LocalStore Open(string folder) => new(ObjectDirectory.Open(folder));

    /// <summary>Opens a store to look at it.</summary>
    public static LocalStore OpenReadOnly(string folder) => new(ObjectDirectory.OpenReadOnly(folder));

    /// <summary>What <paramref name="document"/> breaks of its kind's cross-field rules.</summary>
    public static IEnumerable<string> Rules(JsonObject document, Type kind) =>
        ResourceValidator.Validate(document.Deserialize(kind, Json.Objects)!).Select(violation => violation.ToString());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        directory.Dispose();
    }
}
