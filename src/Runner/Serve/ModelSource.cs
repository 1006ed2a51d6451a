using TextOps.Artifacts.Models;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Serve;

/// <summary>A model's files on this machine, each compared with its digest where there is a card.</summary>
/// <param name="Folder">Their folder.</param>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">What the version is called.</param>
/// <param name="Registered">Card and digest; null for a folder without a card.</param>
internal sealed record ModelSource(string Folder, string Name, string Version, RegisteredModel? Registered)
{
    /// <summary>Copies a version of the registry to <paramref name="folder"/>, whatever is there. Nothing of it is opened before its digest is what the task says, and each file's what the card says.</summary>
    /// <exception cref="TaskRefusedException">There is no such version, or it has another digest.</exception>
    /// <exception cref="StoreRefusedException">A file is missing or damaged.</exception>
    public static async Task<ModelSource> DownloadAsync(ServeTask task, ModelRegistry registry, string folder, CancellationToken cancellationToken)
    {
        var found = await registry.ReadAsync(task.Output.Name, task.Version, cancellationToken)
            ?? throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"{registry.UriOf(task.Output.Name, task.Version)} is not a committed version; serve one that is");
        if (found.Digest != task.Digest)
        {
            throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec, $"{found.Uri} has digest {found.Digest}, and {task.Digest} is to be served: the version was changed, or another one was meant; approve the digest that it has");
        }

        // A container that was started again finds what the one before it left.
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        await registry.DownloadAsync(found, folder, cancellationToken);
        return new ModelSource(folder, found.Card.Name, VersionNumber.Name(found.Card.Version), found);
    }

    /// <summary>A model that lies in a folder: a version of a registry (then its files are compared with its card), or any model.</summary>
    /// <param name="uri">The folder's path or URI.</param>
    /// <param name="name">What it is called; null: as its card or its folder.</param>
    /// <exception cref="StoreRefusedException">There is no such folder, or a file differs from the card.</exception>
    public static async Task<ModelSource> OpenAsync(string uri, string? name, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(await ModelFolder.OpenAsync(uri.Contains("://", StringComparison.Ordinal) ? uri : FileUri.FromPath(Path.GetFullPath(uri)), cancellationToken));
        var own = new DirectoryInfo(folder).Name;
        return await VersionFolder.ReadAsync(folder, cancellationToken) is { } version
            ? new ModelSource(folder, name ?? version.Card.Name, VersionNumber.Name(version.Card.Version), version)
            : new ModelSource(folder, name ?? own, HeaderValueOf(own), null);
    }

    /// <summary>The version's name is a header's value in every answer, which takes visible ASCII only (RFC 9110, 5.5).</summary>
    private static string HeaderValueOf(string folder) => string.Concat(folder.EnumerateRunes().Select(rune => rune.Value is >= '!' and <= '~' ? rune.ToString() : "-"));
}
