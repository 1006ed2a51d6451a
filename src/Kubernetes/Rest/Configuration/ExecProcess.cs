using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using TextOps.Crds;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>One run of an exec plugin.</summary>
internal static class ExecProcess
{
    private const int MaxOutputBytes = 1 << 20;
    private const int MaxErrorBytes = 1 << 10;

    /// <summary>Gives what it wrote to standard output.</summary>
    /// <param name="plugin">What to run.</param>
    /// <param name="limit">Ends it, and what it started.</param>
    /// <exception cref="CredentialException">It could not be started, failed, wrote too much or took too long.</exception>
    public static async Task<byte[]> RunAsync(ExecPlugin plugin, CancellationToken limit)
    {
        using var process = Start(plugin);
        try
        {
            // A byte more than is shown, so that it can be seen that something was cut off.
            var said = ReadAsync(process.StandardError.BaseStream, MaxErrorBytes + 1, dropRest: true, limit);
            var output = await ReadAsync(process.StandardOutput.BaseStream, MaxOutputBytes + 1, dropRest: false, limit);
            if (output.Length > MaxOutputBytes)
            {
                throw plugin.Error($"wrote more than {MaxOutputBytes} bytes to standard output; an ExecCredential is far smaller");
            }

            await process.WaitForExitAsync(limit);
            return process.ExitCode == 0 ? output : throw plugin.Error($"failed with exit code {process.ExitCode}: {Shown(await said)}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw plugin.Error("did not end in time and was stopped; it must not wait for an answer");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(ExecPlugin plugin)
    {
        var start = new ProcessStartInfo(plugin.FindCommand(), plugin.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment.Clear();
        foreach (var (name, value) in plugin.Variables)
        {
            start.Environment[name] = value;
        }

        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception error)
        {
            throw plugin.Error($"cannot be started: {error.Message}{plugin.Hint}", error);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int max, bool dropRest, CancellationToken limit)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[8192];
        int count;
        while ((kept.Length < max || dropRest) && (count = await stream.ReadAsync(buffer, limit)) > 0)
        {
            kept.Write(buffer, 0, Math.Min(count, max - (int)kept.Length));
        }

        return kept.ToArray();
    }

    private static string Shown(byte[] said) =>
        ExecPlugin.OneLine(Encoding.UTF8.GetString(said)) is { Length: > 0 } text ? Ellipsis.Cut(text, MaxErrorBytes) : "it said nothing";
}
