using TextOps.Crds.Runs;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Operator.TrainingRuns;

/// <summary>The tasks of one run, as the runner is told them.</summary>
internal sealed class TrainingRunDocuments(TrainingRunSnapshot seen, RunStatus run)
{
    private TrainingRunSpec Spec => seen.Spec;

    private TaskOwner Owner => new() { Namespace = seen.Training.Metadata.Namespace!, Name = seen.Training.Metadata.Name! };

    private TaskOutput Output => new() { Uri = seen.Store!, Name = seen.ModelName };

    public PrepareTask Prepare() => new()
    {
        Owner = Owner,
        RunId = run.Id,
        Output = Output,
        Trigger = run.Trigger,
        Dataset = Spec.Dataset,
        Embeddings = seen.EmbeddingsOf(run),
        Features = Spec.Features,
        Candidates = Spec.Candidates,
        Search = Spec.Search,
        Evaluation = Spec.Evaluation,
        Alias = Spec.Register.Alias,
    };

    public TrainTask Trials(PrepareResult prepared, IReadOnlyList<Trial> trials) => Train(prepared, trials, fit: false);

    public TrainTask Fit(PrepareResult prepared, Trial best) => Train(prepared, [best], fit: true);

    public EvaluateTask Evaluate(PrepareResult prepared, Trial best) => new()
    {
        Owner = Owner,
        RunId = run.Id,
        Output = Output,
        Workspace = prepared.Workspace,
        Best = best.Number,
        Objective = Spec.Search.Objective,
        Evaluation = Spec.Evaluation,
        Alias = Spec.Register.Alias,
        KeepVersions = Spec.Register.KeepVersions,
    };

    private TrainTask Train(PrepareResult prepared, IReadOnlyList<Trial> trials, bool fit) => new()
    {
        Owner = Owner,
        RunId = run.Id,
        Output = Output,
        Workspace = prepared.Workspace,
        Trials = trials,
        Objective = Spec.Search.Objective,
        Seed = Spec.Search.Seed,
        Fit = fit,
    };
}
