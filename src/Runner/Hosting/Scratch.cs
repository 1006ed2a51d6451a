using TextOps.Crds.Tasks;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Hosting;

/// <summary>Where temporary files go.</summary>
internal static class Scratch
{
    /// <summary>Makes a folder the place of temporary files; the system's stays where it is null.</summary>
    /// <exception cref="TaskRefusedException">The folder cannot be made.</exception>
    public static void Use(string? folder)
    {
        if (folder is null)
        {
            return;
        }

        try
        {
            Environment.SetEnvironmentVariable("TMPDIR", Directory.CreateDirectory(folder).FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"--scratch {folder} cannot be used: {error.Message}", error);
        }
    }
}
