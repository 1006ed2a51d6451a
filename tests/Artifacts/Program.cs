using TextOps.Artifacts.Tests.Stores;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace TextOps.Artifacts.Tests;

internal static class Program
{
    // The two last lines are what xunit would generate.
    public static Task<int> Main(string[] args) => args switch
    {
        [OtherProcess.Verb, .. var rest] => OtherProcess.RunAsync(rest),
        _ when args.Any(arg => arg is "--server" or "--internal-msbuild-node") => TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
