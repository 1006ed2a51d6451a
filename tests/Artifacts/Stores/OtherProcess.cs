using System.Diagnostics;
using System.Globalization;
using System.Text;
using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Tests.Stores;

/// <summary>Another process that works on a folder's store: this test program, started again.</summary>
internal static class OtherProcess
{
    public const string Verb = "other-process";

    /// <summary>Writes an object that it never ends; says so when some of it is written.</summary>
    public const string PutForEver = "put-for-ever";

    /// <summary>Writes an object of some MiB; prints the message where the store refuses.</summary>
    public const string Put = "put";

    /// <summary>Counts an object up some times, by swaps.</summary>
    public const string CountUp = "count-up";

    public static async Task<int> RunAsync(string[] args)
    {
        var store = new FileObjectStore(args[1]);
        switch (args[0])
        {
            case PutForEver:
                await store.PutAsync(
                    args[2],
                    async (stream, cancel) =>
                    {
                        await stream.WriteAsync(new byte[1 << 20], cancel);
                        await Console.Out.WriteLineAsync("writing");
                        await Task.Delay(Timeout.Infinite, cancel);
                    },
                    PutCondition.None,
                    CancellationToken.None);
                return 0;
            case Put:
                return await PutAsync(store, args[2], int.Parse(args[3], CultureInfo.InvariantCulture));
            case CountUp:
                for (var count = int.Parse(args[3], CultureInfo.InvariantCulture); count > 0; count--)
                {
                    await Counter.AddOneAsync(store, args[2]);
                }

                return 0;
            default:
                return 64;
        }
    }

    /// <summary>Starts this program again, below <paramref name="shell"/> where given (it ends with <c>exec "$@"</c>).</summary>
    public static Process Start(string? shell, params string[] args)
    {
        var start = new ProcessStartInfo { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        List<string> command = [Environment.ProcessPath!, Verb, .. args];
        if (shell is not null)
        {
            command = ["/bin/sh", "-c", shell, "sh", .. command];
        }

        start.FileName = command[0];
        command.Skip(1).ToList().ForEach(start.ArgumentList.Add);

        // The runtime maps its code from a file of 2 GiB otherwise, which a limit of file sizes does not let it make.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return Process.Start(start)!;
    }

    private static async Task<int> PutAsync(FileObjectStore store, string key, int mebibytes)
    {
        try
        {
            await store.PutAsync(
                key,
                async (stream, cancel) =>
                {
                    // As writers do that flush when they are disposed of.
                    await using var writer = new StreamWriter(stream, Encoding.UTF8);
                    for (var index = 0; index < mebibytes; index++)
                    {
                        await writer.WriteAsync(new string('x', 1 << 20).AsMemory(), cancel);
                    }
                },
                PutCondition.None,
                CancellationToken.None);
            return 0;
        }
        catch (StoreRefusedException refused)
        {
            await Console.Out.WriteLineAsync(refused.Message);
            return 2;
        }
    }
}
