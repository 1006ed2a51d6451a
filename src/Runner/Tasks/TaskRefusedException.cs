namespace TextOps.Runner.Tasks;

/// <summary>A task cannot be done, now or later.</summary>
/// <param name="reason">One of <see cref="TextOps.Crds.Tasks.TaskErrorReasons"/>.</param>
/// <param name="message">What is wrong and how to fix it.</param>
internal sealed class TaskRefusedException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="TextOps.Crds.Tasks.TaskErrorReasons"/>.</summary>
    public string Reason { get; } = reason;
}
