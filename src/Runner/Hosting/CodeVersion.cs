using System.Reflection;

namespace TextOps.Runner.Hosting;

/// <summary>What the running program was built from; the build puts it into the assembly as <c>version+commit</c>.</summary>
internal static class CodeVersion
{
    /// <summary>Version and commit, for example <c>0.1.0+3f2a…</c>.</summary>
    public static string Informational { get; } =
        typeof(CodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Git commit; <c>unknown</c> where it was not built in a clone.</summary>
    public static string Commit { get; } = Informational.IndexOf('+', StringComparison.Ordinal) is >= 0 and var plus ? Informational[(plus + 1)..] : "unknown";
}
