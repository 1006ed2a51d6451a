namespace TextOps.Runner.Workspaces;

/// <summary>A local folder for the time of a task.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("textops-");

    /// <summary>Its path.</summary>
    public string Path => folder.FullName;

    /// <summary>A path in it.</summary>
    public string File(string path) => System.IO.Path.Combine(Path, path);

    public void Dispose()
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody cleaned up the place of temporary files.
        }
    }
}
