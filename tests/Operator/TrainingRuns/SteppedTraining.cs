using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Runtime;
using TextOps.Operator.Runs;
using TextOps.Operator.Tests.EmbeddingJobs;
using TextOps.Operator.Tests.Support;
using TextOps.Operator.TrainingRuns;

namespace TextOps.Operator.Tests.TrainingRuns;

/// <summary>An operator that keeps TrainingRuns, pass by pass, and a runner that answers every task.</summary>
internal sealed class SteppedTraining : SteppedOperator<TrainingRun, TrainingRunSnapshot>
{
    private readonly List<string> ran = [];

    private SteppedTraining()
        : base(start: null)
    {
    }

    /// <summary>What the runner was called for: parts, of trials with their numbers.</summary>
    public IEnumerable<string> Ran => ran.Order(StringComparer.Ordinal);

    /// <summary>How many operators were cut off.</summary>
    public int CutOffs { get; private set; }

    public static async Task<SteppedTraining> StartAsync()
    {
        var stepped = new SteppedTraining();
        await stepped.StartOperatorAsync(options: null, pods: null);
        return stepped;
    }

    public Task<TrainingRun> ApplyAsync(TrainingRunSpec spec) =>
        Cluster.CreateAsync(new TrainingRun { Metadata = new V1ObjectMeta { Name = "tickets", Namespace = "default" }, Spec = spec }, Cancel);

    /// <summary>Git changes the spec.</summary>
    public async Task EditAsync(Func<TrainingRunSpec, TrainingRunSpec> edit)
    {
        var training = await ObjectAsync();
        await Cluster.UpdateAsync(training with { Spec = edit(training.Spec) }, Cancel);
    }

    /// <summary>An EmbeddingJob has committed a version; null: it has not yet.</summary>
    public async Task CommitAsync(string? version)
    {
        var job = await Cluster.GetAsync<EmbeddingJob>("chunks", "default", Cancel)
            ?? await Cluster.CreateAsync(new EmbeddingJob { Metadata = new V1ObjectMeta { Name = "chunks", Namespace = "default" }, Spec = Examples.Spec }, Cancel);
        await Cluster.UpdateStatusAsync(job with { Status = new EmbeddingJobStatus { Version = version } }, Cancel);
    }

    /// <summary>The task of a part, as its pod reads it.</summary>
    public async Task<TaskDocument> TaskAsync(string part, int attempt = 0) => await ReadAsync(await JobAsync(part, attempt));

    /// <summary>Plays the node until the run is over: one Job after the other ends well. An operator that is cut off is followed by another.</summary>
    /// <param name="answer">What the runner says; <see cref="Trainings.Answer"/> where absent.</param>
    /// <param name="between">Called before each Job ends.</param>
    /// <param name="writesPerOperator">After how many writes an operator is cut off; never where absent.</param>
    public async Task<TrainingRun> FinishAsync(Func<TaskDocument, TaskResult>? answer = null, Func<Task>? between = null, int? writesPerOperator = null)
    {
        for (var step = 0; step < 1000; step++)
        {
            var training = await SettleAnywayAsync(writesPerOperator);
            if (training.Status?.Run?.CompletionTime is not null)
            {
                return training;
            }

            if (between is not null)
            {
                await between();
                await SettleAnywayAsync(writesPerOperator);
            }

            if ((await ListAsync<V1Job>()).Where(job => job.Status?.Conditions is not { Count: > 0 }).MinBy(job => job.Metadata.Name, StringComparer.Ordinal) is { } next)
            {
                var document = await ReadAsync(next);
                var part = next.Metadata.Labels![ApiGroup.PartLabel];
                ran.Add(document is TrainTask { Fit: false } train ? $"{part}: {string.Join(" ", train.Trials.Select(trial => trial.Number))}" : part);
                await Node.EndAsync(next, (answer ?? Trainings.Answer)(document));
            }
            else
            {
                Time.Advance(Wake ?? throw new InvalidOperationException("nothing runs, and the operator does not want to be called again"));
            }
        }

        throw new InvalidOperationException("the run does not end");
    }

    protected override IRunKind<TrainingRun, TrainingRunSnapshot> KindOf(ControllerHost host, OperatorOptions options) => new TrainingRunKind(options, host.Informer<EmbeddingJob>().Store);

    protected override async Task<bool> KnowsAllAsync(ControllerHost host) =>
        Versions(await ListAsync<EmbeddingJob>()).SequenceEqual(Versions(host.Informer<EmbeddingJob>().Store.All()));

    private async Task<TrainingRun> SettleAnywayAsync(int? writesPerOperator)
    {
        while (true)
        {
            try
            {
                Client.WritesLeft = writesPerOperator;
                return await SettleAsync();
            }
            catch (CutOffException)
            {
                CutOffs++;
                await RestartAsync();
            }
            finally
            {
                Client.WritesLeft = null;
            }
        }
    }

    private async Task<TaskDocument> ReadAsync(V1Job job)
    {
        var volume = job.Spec.Template.Spec.Volumes!.First(volume => volume.ConfigMap is not null).ConfigMap!.Name;
        var text = (await Cluster.GetAsync<V1ConfigMap>(volume!, "default", Cancel))!.Data!["task.json"];
        return JsonDocument.Parse(text).RootElement.GetProperty("kind").GetString() switch
        {
            nameof(PrepareTask) => JsonSerializer.Deserialize<PrepareTask>(text, Json.Strict)!,
            nameof(TrainTask) => JsonSerializer.Deserialize<TrainTask>(text, Json.Strict)!,
            _ => JsonSerializer.Deserialize<EvaluateTask>(text, Json.Strict)!,
        };
    }
}
