using Microsoft.Extensions.Logging;
using TextOps.Crds.Tasks;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Hosting;

/// <summary>Writes a result where it is to go.</summary>
internal static class ResultFile
{
    /// <summary>Writes it; answers the exit code. A task that could not say how it ended has to run again, so its exit code tells that.</summary>
    /// <param name="path">The file; standard output where null.</param>
    public static int Write(string? path, ILogger log, int code, byte[] result)
    {
        try
        {
            if (path is not null)
            {
                File.WriteAllBytes(path, result);
            }
            else
            {
                using var output = Console.OpenStandardOutput();
                output.Write([.. result, (byte)'\n']);
            }

            return code;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.ResultNotWritten(path ?? "standard output", error.Message);
            return code == TaskExitCodes.Succeeded ? TaskExitCodes.Retry : code;
        }
    }
}
