using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;

namespace TextOps.Kubernetes.InMemory;

/// <summary>
/// Objects as files below <c>&lt;store&gt;/.textops/objects/&lt;plural&gt;.&lt;group or core&gt;/&lt;namespace&gt;/&lt;name&gt;.json</c>. A file is whole or not there: it is
/// written beside its place, flushed to the disk and renamed. One process at a time writes; others may look (<see cref="OpenReadOnly"/>).
/// </summary>
public sealed class ObjectDirectory : IDisposable
{
    private const string TemporarySuffix = ".tmp";

    private readonly StoreLock? storeLock;
    private readonly List<DamagedObject> damaged = [];
    private bool disposed;

    private ObjectDirectory(string store, StoreLock? storeLock)
    {
        Store = store;
        ObjectsFolder = Path.Combine(store, ".textops", "objects");
        this.storeLock = storeLock;
    }

    /// <summary>The store's folder.</summary>
    public string Store { get; }

    /// <summary>Whether the folder is only looked at.</summary>
    public bool IsReadOnly => storeLock is null;

    /// <summary>Files that could not be read as objects; they were skipped and lie where they lay.</summary>
    public IReadOnlyList<DamagedObject> Damaged => damaged;

    private string ObjectsFolder { get; }

    /// <summary>Opens the store's objects for this process alone; throws <see cref="StoreLockedException"/> while another process has them.</summary>
    public static ObjectDirectory Open(string store)
    {
        var full = Path.GetFullPath(store);
        var taken = StoreLock.Take(full);
        try
        {
            var directory = new ObjectDirectory(full, taken);
            Directory.CreateDirectory(directory.ObjectsFolder);
            directory.RemoveTemporaryFiles();
            return directory;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Opens the store's objects to look at them, whoever works with them; a cluster over it refuses to write.</summary>
    public static ObjectDirectory OpenReadOnly(string store) => new(Path.GetFullPath(store), null);

    /// <summary>Lets the store go.</summary>
    public void Dispose()
    {
        disposed = true;
        storeLock?.Dispose();
    }

    internal IReadOnlyList<StoredObject> Load(ResourceDefinition definition)
    {
        var objects = new List<StoredObject>();
        var folder = FolderOf(definition.Type);
        if (!Directory.Exists(folder))
        {
            return objects;
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            try
            {
                objects.Add(Read(definition, file));
            }
            catch (FileNotFoundException)
            {
                // Deleted between listing and reading: only where another process writes.
            }
            catch (Exception problem) when (problem is JsonException or InvalidDataException or InvalidOperationException or IOException or UnauthorizedAccessException or FormatException)
            {
                damaged.Add(new DamagedObject(file, problem.Message));
            }
        }

        return objects;
    }

    internal void Write(EntityType type, StoredObject stored)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var file = FileOf(type, stored.Key);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = file + TemporarySuffix;
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            stream.Write(stored.Utf8);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
    }

    internal void Delete(EntityType type, NamespacedName key)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var file = FileOf(type, key);
        if (File.Exists(file))
        {
            File.Delete(file);
        }
    }

    private static StoredObject Read(ResourceDefinition definition, string file)
    {
        var type = definition.Type;
        if (JsonNode.Parse(File.ReadAllBytes(file)) is not JsonObject json)
        {
            throw new InvalidDataException("the file holds no JSON object");
        }

        var metadata = json["metadata"].Deserialize<V1ObjectMeta>(Json.Objects);
        if (metadata is not { Name: not null, Namespace: not null, Uid: not null } || !long.TryParse(metadata.ResourceVersion, out _))
        {
            throw new InvalidDataException("metadata lacks name, namespace, uid or resourceVersion");
        }

        if ((string?)json["apiVersion"] != type.GroupVersion || (string?)json["kind"] != type.Kind)
        {
            throw new InvalidDataException($"it holds a {json["apiVersion"]} {json["kind"]}; its folder is for {type.GroupVersion} {type.Kind}");
        }

        var place = Path.Combine(metadata.Namespace, metadata.Name + ".json");
        if (!file.EndsWith(Path.DirectorySeparatorChar + place, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"it holds the object of {place}");
        }

        // As an API server does, an object of an earlier version of the schema is read with today's defaults.
        definition.Schema?.Default(json);
        if (definition.Schema?.Validate(json) is { Count: > 0 } problems)
        {
            throw new InvalidDataException(string.Join(", ", problems));
        }

        return StoredObject.Freeze(json);
    }

    private void RemoveTemporaryFiles()
    {
        foreach (var file in Directory.EnumerateFiles(ObjectsFolder, "*" + TemporarySuffix, SearchOption.AllDirectories))
        {
            File.Delete(file);
        }
    }

    private string FolderOf(EntityType type) => Path.Combine(ObjectsFolder, $"{type.Plural}.{(type.Group.Length == 0 ? "core" : type.Group)}");

    private string FileOf(EntityType type, NamespacedName key) => Path.Combine(FolderOf(type), key.Namespace, key.Name + ".json");
}

/// <summary>A file of an <see cref="ObjectDirectory"/> that holds no readable object.</summary>
/// <param name="File">Its path.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record DamagedObject(string File, string Problem);
