using System.Security.Cryptography;
using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Models;

/// <summary>The digests that pin a model's files.</summary>
public static class ModelFiles
{
    /// <summary>SHA-256 (lower-case hex digits) of files in a model's folder, by their path in it, in the order of paths.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Paths in the folder, with '/' between segments.</param>
    /// <exception cref="StoreRefusedException">A path leads out of the folder or over a symbolic link, or there is no such file.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> DigestAsync(string folder, IEnumerable<string> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            digests[file] = await DigestAsync(folder, file, cancellationToken);
        }

        return digests;
    }

    /// <summary>Compares files with the digests that pin them.</summary>
    /// <exception cref="StoreRefusedException">One differs, is missing or is not in the folder itself; the message names it.</exception>
    public static async Task VerifyAsync(string folder, IReadOnlyDictionary<string, string> pinned, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pinned);
        foreach (var (file, expected) in pinned.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var found = await DigestAsync(folder, file, cancellationToken);
            if (!string.Equals(found, expected, StringComparison.OrdinalIgnoreCase))
            {
                throw new StoreRefusedException(
                    $"model file {file} in {folder} has SHA-256 {found}, and {expected} is pinned; "
                    + "put the pinned file back, or plan a new version from the changed model");
            }
        }
    }

    private static async Task<string> DigestAsync(string folder, string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await new FileObjectStore(folder).OpenReadAsync(file, offset: 0, cancellationToken);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        }
        catch (ObjectNotFoundException exception)
        {
            throw new StoreRefusedException($"model file {file} is missing in {folder}; put it there or use another model", exception);
        }
        catch (ArgumentException exception)
        {
            throw new StoreRefusedException($"model file '{file}' is not the path of a file in {folder}: {exception.Message}", exception);
        }
    }
}
