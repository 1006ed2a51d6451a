namespace TextOps.Local.Commands;

/// <summary>Finds the runner that stands for every image.</summary>
internal static class RunnerProgram
{
    /// <summary>Environment variable that names another runner.</summary>
    public const string Variable = "TEXTOPS_RUNNER";

    /// <summary>The runner's path.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string Find()
    {
        var path = Environment.GetEnvironmentVariable(Variable) ?? Path.Combine(AppContext.BaseDirectory, "textops-runner");
        return File.Exists(path) ? path : throw new UsageException($"the runner is not at {path}; run make build, or set {Variable} to the textops-runner program");
    }
}

/// <summary>The command cannot be carried out as it was typed: exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
