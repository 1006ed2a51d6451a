using System.Security.Cryptography;
using TextOps.Crds.Meta;
using TextOps.Crds.Yaml;

namespace TextOps.Local.Commands.Running;

/// <summary>Looks whether manifests have changed on disk since they were applied.</summary>
/// <param name="paths">Files and folders.</param>
/// <param name="namespace">Namespace of objects that name none.</param>
/// <param name="applied">The objects as they were applied.</param>
internal sealed class ManifestWatch(IReadOnlyList<string> paths, string @namespace, IReadOnlyList<ManifestObject> applied)
{
    private readonly Dictionary<string, string> known = applied.ToDictionary(one => one.Title, one => Content(one.Entity), StringComparer.Ordinal);
    private string content = Fingerprint(paths);
    private string? doubtful;

    /// <summary>
    /// What is to be applied, and what is wrong. Nothing while the files are as they were; where something is wrong with them, nothing is to be applied. Errors are said when a second look finds the
    /// same, since an editor may have been writing.
    /// </summary>
    public ManifestChanges Look()
    {
        var now = Fingerprint(paths);
        if (now == content)
        {
            return ManifestChanges.None;
        }

        var (objects, errors) = ManifestFiles.Check(paths, @namespace);
        if (errors.Count > 0)
        {
            var certain = now == doubtful;
            (doubtful, content) = certain ? (null, now) : (now, content);
            return certain ? new ManifestChanges([], [], errors) : ManifestChanges.None;
        }

        (doubtful, content) = (null, now);
        List<ManifestObject> changed = [.. objects.Where(one => known.GetValueOrDefault(one.Title) != Content(one.Entity))];
        List<string> gone = [.. known.Keys.Except(objects.Select(one => one.Title), StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        known.Clear();
        foreach (var one in objects)
        {
            known[one.Title] = Content(one.Entity);
        }

        return new ManifestChanges(changed, gone, []);
    }

    private static string Content(IKubernetesObject entity) => ObjectJson.Of(entity).ToJsonString();

    // Manifests are small, and times of files are coarser than two writes can be apart.
    private static string Fingerprint(IReadOnlyList<string> paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in paths.SelectMany<string, string>(path => Directory.Exists(path) ? Directory.EnumerateFiles(path).Order(StringComparer.Ordinal) : [path]))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(file));
            try
            {
                hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                hash.AppendData(System.Text.Encoding.UTF8.GetBytes(exception.GetType().Name));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}

/// <summary>What has changed in manifests.</summary>
/// <param name="Changed">Objects that are new or other than they were.</param>
/// <param name="Gone">Objects that are no longer there.</param>
/// <param name="Errors">Why they cannot be applied.</param>
internal sealed record ManifestChanges(IReadOnlyList<ManifestObject> Changed, IReadOnlyList<string> Gone, IReadOnlyList<ManifestError> Errors)
{
    /// <summary>Nothing.</summary>
    public static ManifestChanges None { get; } = new([], [], []);
}
