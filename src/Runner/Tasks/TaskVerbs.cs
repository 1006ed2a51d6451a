using TextOps.Crds.Tasks;

namespace TextOps.Runner.Tasks;

/// <summary>Which code does which task.</summary>
internal static class TaskVerbs
{
    /// <summary>Does <paramref name="task"/>.</summary>
    public static async Task<TaskResult> RunAsync(TaskDocument task, TaskContext context, CancellationToken cancellationToken) => task switch
    {
        _ => throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"there is no verb for a task of kind {task.Kind}"),
    };
}
