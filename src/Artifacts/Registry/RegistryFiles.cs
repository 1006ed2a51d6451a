using System.Runtime.CompilerServices;
using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Registry;

/// <summary>Small documents of a folder, one for each name.</summary>
internal static class RegistryFiles
{
    private const string Ending = ".json";

    /// <summary>The names of which <paramref name="folder"/> (with a '/' at its end) has a document; what is no such document is left out.</summary>
    public static async IAsyncEnumerable<string> NamesAsync(IObjectStore store, string folder, Func<string, bool> isName, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in store.ListAsync(folder, cancellationToken))
        {
            var file = found.Key[folder.Length..];
            if (file.EndsWith(Ending, StringComparison.Ordinal) && isName(file[..^Ending.Length]))
            {
                yield return file[..^Ending.Length];
            }
        }
    }
}
