using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Models;
using TextOps.Runner.Evaluate;
using TextOps.Runner.Logging;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Gating;

/// <summary>
/// Judges a version for a stage. Before it is rolled out: is it there, is it the one that was approved, did it pass the stage before, do the gates of its card hold. Where it serves: the
/// same, and the gates of serving; where all hold evidence is written, then the alias is moved. Evidence that was judged by the same answers at once: that is how a version comes back.
/// </summary>
internal sealed class GateVerb(TaskContext context, string? bearerToken, ProbeLimits limits)
{
    private readonly List<string> faults = [];

    /// <summary>Does the task.</summary>
    /// <exception cref="StoreRefusedException">The version's card or evidence is damaged, or the store cannot take the evidence.</exception>
    /// <exception cref="IOException">The store or the stage cannot be reached.</exception>
    /// <exception cref="TaskRefusedException">The stage does not take the token.</exception>
    public async Task<GateResult> RunAsync(GateTask task, CancellationToken cancellationToken)
    {
        context.Progress.Begin("Checking");
        var registry = new ModelRegistry(context.OpenStore(task.Output.Uri, context.Time));
        var uri = registry.UriOf(task.Output.Name, task.Version);
        if (await registry.ReadAsync(task.Output.Name, task.Version, cancellationToken) is not { } model)
        {
            return Stopped(task, GateVerdicts.VersionNotFound, $"{uri} is not a committed version; choose one that is there");
        }

        if (model.Digest != task.Digest)
        {
            return Stopped(task, GateVerdicts.ApprovalMismatch, $"{uri} has digest {model.Digest}, and {task.Digest} is asked for; look at the version again, and name its digest");
        }

        if (task.After is { } after && await registry.Evidence.ReadAsync(task.Output.Name, task.Version, after, model.Digest, cancellationToken) is null)
        {
            return Stopped(task, GateVerdicts.AwaitingEvidence, $"{uri} has not passed stage {after}: {registry.Evidence.UriOf(task.Output.Name, task.Version, after, model.Digest)} does not exist");
        }

        var judgement = Judgement.Of(task);
        var before = await registry.Evidence.ReadAsync(task.Output.Name, task.Version, task.Stage, model.Digest, cancellationToken);
        return task.Probe is { } probe
            ? await JudgeServedAsync(task, probe, registry, model, judgement, before, cancellationToken)
            : before?.JudgedGates == judgement.Gates
                ? Result(task, GateVerdicts.Passed, [.. before.Gates.Where(IsOfCard)], null)
                : await JudgeCardAsync(task, registry, model, cancellationToken);
    }

    private static bool IsOfCard(GateStatus gate) => !ServingMetrics.IsServing(gate.Metric);

    private static GateResult Stopped(GateTask task, string verdict, string message) => Result(task, verdict, [], null, message);

    private static GateResult Result(GateTask task, string verdict, IReadOnlyList<GateStatus> gates, string? evidence, string? message = null) =>
        GateTexts.Fit(new GateResult { Version = task.Version, Verdict = verdict, Message = message is null ? null : LogText.Escape(message), Gates = gates, Evidence = evidence });

    private async Task<GateResult> JudgeCardAsync(GateTask task, ModelRegistry registry, RegisteredModel model, CancellationToken cancellationToken)
    {
        var metrics = CardMetrics.Of(model.Card);
        var gates = await JudgeAsync([.. task.Gates.Where(gate => !ServingMetrics.IsServing(gate.Metric))], metrics, NoNotes, registry, model, cancellationToken);
        return faults.Count == 0 ? Result(task, GateVerdicts.Passed, gates, null) : Failed(task, gates);
    }

    private async Task<GateResult> JudgeServedAsync(
        GateTask task, ServingProbe probe, ModelRegistry registry, RegisteredModel model, Judgement judgement, StageEvidence? before, CancellationToken cancellationToken)
    {
        var evidence = registry.Evidence.UriOf(task.Output.Name, task.Version, task.Stage, model.Digest);
        if (before?.Judged == judgement.All)
        {
            context.Log.EvidenceFound(task.Stage, evidence);
            return await PassAsync(task, registry, model, before, evidence, cancellationToken);
        }

        using var client = new StageClient(probe.Url, bearerToken, limits, context.Time);
        var measured = await new StageProbe(task, probe, RequestsFor(model.Card), client, limits, context).RunAsync(cancellationToken);
        context.Progress.Begin("Judging");
        var metrics = new Dictionary<string, double>(CardMetrics.Of(model.Card), StringComparer.Ordinal);
        foreach (var (name, value) in measured.Metrics)
        {
            metrics[name] = value;
        }

        var gates = await JudgeAsync(task.Gates, metrics, measured.Notes, registry, model, cancellationToken);

        // Who gives requests and no gate of them wants all of them to pass.
        if (measured.SmokeFault is { } smoke && !task.Gates.Any(gate => gate.Metric == ServingMetrics.SmokePassRate))
        {
            faults.Add($"{smoke} (a gate of {ServingMetrics.SmokePassRate} says how many must pass; without one all must)");
        }

        if (faults.Count > 0)
        {
            return Failed(task, gates);
        }

        var written = await registry.Evidence.WriteAsync(
            task.Output.Name,
            new StageEvidence
            {
                ApiVersion = ApiGroup.GroupVersion,
                Kind = StageEvidence.DocumentKind,
                Stage = task.Stage,
                Version = task.Version,
                Digest = model.Digest,
                Judged = judgement.All,
                JudgedGates = judgement.Gates,
                Gates = gates,
                Owner = task.Owner,
                Time = context.Time.GetUtcNow(),
            },
            cancellationToken);
        context.Log.EvidenceWritten(task.Stage, evidence);
        return await PassAsync(task, registry, model, written, evidence, cancellationToken);
    }

    /// <summary>What follows evidence; the process may have been killed between the two.</summary>
    private async Task<GateResult> PassAsync(GateTask task, ModelRegistry registry, RegisteredModel model, StageEvidence evidence, string uri, CancellationToken cancellationToken)
    {
        if (task.Alias is { } alias)
        {
            await registry.Aliases.TrySetAsync(model, alias, AliasExpectation.Any, context.Time.GetUtcNow(), cancellationToken);
            context.Log.AliasMoved(alias, task.Version);
        }

        return Result(task, GateVerdicts.Passed, evidence.Gates, uri);
    }

    private GateResult Failed(GateTask task, IReadOnlyList<GateStatus> gates) => Result(task, GateVerdicts.GateFailed, gates, null, string.Join("; ", faults));

    private static Dictionary<string, string> NoNotes { get; } = new(StringComparer.Ordinal);

    private async Task<IReadOnlyList<GateStatus>> JudgeAsync(
        IReadOnlyList<Gate> gates, IReadOnlyDictionary<string, double> metrics, IReadOnlyDictionary<string, string> notes, ModelRegistry registry, RegisteredModel model, CancellationToken cancellationToken)
    {
        var others = new Dictionary<string, ComparedVersion>(StringComparer.Ordinal);
        foreach (var alias in gates.Select(gate => gate.RelativeTo?.Alias).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            others.Add(alias, await CompareAsync(registry, model, metrics, alias, cancellationToken));
        }

        var statuses = GateJudge.Judge(gates, metrics, alias => others[alias]);
        foreach (var status in statuses.Where(status => !status.Passed))
        {
            context.Log.GateFailed(status.Name, status.Metric, status.Value ?? "unknown", status.Bound);
            faults.Add($"gate {status.Name} does not hold: {Reason(status, model.Card, notes)}");
        }

        return statuses;
    }

    private static string Reason(GateStatus gate, ModelCard card, IReadOnlyDictionary<string, string> notes)
    {
        var note = notes.GetValueOrDefault(gate.Metric);
        return gate.Value switch
        {
            not null => $"{gate.Metric} is {gate.Value}, and must be {gate.Bound}{(note is null ? "" : $" ({note})")}",
            null when ServingMetrics.IsServing(gate.Metric) => $"{gate.Metric} could not be measured{(note is null ? "" : $": {note}")}",
            null => $"there is no metric {gate.Metric}; use one of the card ({string.Join(", ", CardMetrics.Of(card).Keys.Order(StringComparer.Ordinal))}) or of serving ({string.Join(", ", ServingMetrics.All)})",
        };
    }

    private static async Task<ComparedVersion> CompareAsync(
        ModelRegistry registry, RegisteredModel model, IReadOnlyDictionary<string, double> metrics, string alias, CancellationToken cancellationToken)
    {
        try
        {
            if (await registry.Aliases.ReadAsync(model.Card.Name, alias, cancellationToken) is null)
            {
                return default;
            }

            // This very version is as good as itself, whatever it was measured at.
            var other = await registry.ResolveAsync(model.Card.Name, alias, cancellationToken);
            return new ComparedVersion(other.Card.Version == model.Card.Version ? metrics : CardMetrics.Of(other.Card));
        }
        catch (StoreRefusedException refused)
        {
            return new ComparedVersion(null, refused.Message);
        }
    }

    private static ModelRequests RequestsFor(ModelCard card) => new(KindOf(card), card.Signature.TextField);

    private static TextModelKind KindOf(ModelCard card) => card.Task switch
    {
        ModelTask.TextClassification => TextModelKind.TextClassification,
        ModelTask.SentenceSimilarity => TextModelKind.SentenceSimilarity,
        _ => TextModelKind.TextRanking,
    };
}
