using System.Runtime.CompilerServices;

namespace TextOps.Tests;

/// <summary>Where the tests find the repository's own files and the shared data beside it.</summary>
internal static class Repository
{
    /// <summary>The repository's root folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path below the repository's root.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>
    /// A path below the shared data folder (<c>TEXTOPS_SHARED_DATA</c>, or <c>../shared/data</c> beside the repository);
    /// skips the running test with the reason where it is absent.
    /// </summary>
    public static string SharedData(params string[] parts)
    {
        var data = Environment.GetEnvironmentVariable("TEXTOPS_SHARED_DATA") ?? Path.Combine(Root, "..", "shared", "data");
        var path = Path.GetFullPath(Path.Combine([data, .. parts]));
        Assert.SkipUnless(Path.Exists(path), $"shared data not found: {path}; set TEXTOPS_SHARED_DATA to the folder that holds it");
        return path;
    }

    private static string FindRoot([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
