using TextOps.Crds.Tasks;
using TextOps.Learning.Families;
using TextOps.Runner.Commit;
using TextOps.Runner.Embed;
using TextOps.Runner.Evaluate;
using TextOps.Runner.Gating;
using TextOps.Runner.Plan;
using TextOps.Runner.Prepare;
using TextOps.Runner.Resolve;
using TextOps.Runner.Train;

namespace TextOps.Runner.Tasks;

/// <summary>Which code does which task.</summary>
internal static class TaskVerbs
{
    /// <summary>Does <paramref name="task"/>.</summary>
    public static async Task<TaskResult> RunAsync(TaskDocument task, TaskContext context, CancellationToken cancellationToken) => task switch
    {
        PlanTask plan => new TaskResult { Plan = await new PlanVerb(context).RunAsync(plan, cancellationToken) },
        EmbedTask embed => new TaskResult { Embed = await new EmbedVerb(context, PartLimits.Default).RunAsync(embed, cancellationToken) },
        CommitTask commit => new TaskResult { Commit = await new CommitVerb(context).RunAsync(commit, cancellationToken) },
        PrepareTask prepare => new TaskResult { Prepare = await new PrepareVerb(context).RunAsync(prepare, cancellationToken) },
        TrainTask train => new TaskResult { Train = await new TrainVerb(context, ClassifierTrainers.Of).RunAsync(train, cancellationToken) },
        EvaluateTask evaluate => new TaskResult { Evaluate = await new EvaluateVerb(context).RunAsync(evaluate, cancellationToken) },
        ResolveTask resolve => new TaskResult { Resolve = await new ResolveVerb(context).RunAsync(resolve, cancellationToken) },
        GateTask gate => new TaskResult { Gate = await new GateVerb(context, Environment.GetEnvironmentVariable(ServeEnvironment.BearerToken), ProbeLimits.Default).RunAsync(gate, cancellationToken) },
        _ => throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"there is no verb for a task of kind {task.Kind}"),
    };
}
