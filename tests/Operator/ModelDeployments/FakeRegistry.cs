using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Operator.Tests.ModelDeployments;

/// <summary>A registry as the runner's tasks see it: versions with digests and accuracies, aliases, evidence.</summary>
internal sealed class FakeRegistry
{
    private readonly HashSet<string> evidence = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (string Digest, double Accuracy)> versions = [];

    /// <summary>Aliases.</summary>
    public Dictionary<string, int> Aliases { get; } = new(StringComparer.Ordinal);

    /// <summary>Stages at which versions pass every gate of their cards and fail those of serving: <c>staging v000002</c>.</summary>
    public HashSet<string> Slow { get; } = new(StringComparer.Ordinal);

    /// <summary>The digest of version <paramref name="version"/> where nobody changed it.</summary>
    public static string Digest(int version) => "sha256:" + new string((char)('a' + (version % 6)), 63) + (version % 10);

    /// <summary>Registers a version, and lets an alias name it.</summary>
    public void Register(int version, double accuracy = 0.9, string? alias = "staging", string? digest = null)
    {
        versions[version] = (digest ?? Digest(version), accuracy);
        if (alias is not null)
        {
            Aliases[alias] = version;
        }
    }

    /// <summary>Where the evidence of a stage lies, of those there are.</summary>
    public IEnumerable<string> Evidence => evidence.Order(StringComparer.Ordinal);

    /// <summary>What the runner answers.</summary>
    public TaskResult Answer(TaskDocument task) => task switch
    {
        ResolveTask resolve => new TaskResult { Resolve = new ResolveResult { Versions = [.. resolve.References.Select(Resolve)] } },
        GateTask gate => new TaskResult { Gate = Judge(gate) },
        _ => throw new InvalidOperationException($"there is no answer to {task.Kind}"),
    };

    private ResolvedVersion Resolve(string reference)
    {
        var version = int.TryParse(reference, out var number) ? number : Aliases.GetValueOrDefault(reference);
        return versions.TryGetValue(version, out var found)
            ? new ResolvedVersion { Reference = reference, Version = VersionNumber.Name(version), Digest = found.Digest }
            : new ResolvedVersion { Reference = reference, Message = $"model reviews has no version or alias {reference}" };
    }

    private GateResult Judge(GateTask task)
    {
        if (!versions.TryGetValue(task.Version, out var found))
        {
            return Result(task, GateVerdicts.VersionNotFound, []);
        }

        if (found.Digest != task.Digest)
        {
            return Result(task, GateVerdicts.ApprovalMismatch, []) with { Message = $"{VersionNumber.Name(task.Version)} has digest {found.Digest}, approved is {task.Digest}" };
        }

        if (task.After is { } after && !evidence.Contains($"{after} {task.Digest}"))
        {
            return Result(task, GateVerdicts.AwaitingEvidence, []) with { Message = $"{VersionNumber.Name(task.Version)} has no evidence of stage {after}" };
        }

        List<GateStatus> gates = [.. task.Gates.Where(gate => task.Probe is not null || !ServingMetrics.IsServing(gate.Metric)).Select(gate => Status(task, gate, found.Accuracy))];
        if (gates.Any(gate => !gate.Passed))
        {
            return Result(task, GateVerdicts.GateFailed, gates);
        }

        if (task.Probe is null)
        {
            return Result(task, GateVerdicts.Passed, gates);
        }

        evidence.Add($"{task.Stage} {task.Digest}");
        if (task.Alias is { } alias)
        {
            Aliases[alias] = task.Version;
        }

        return Result(task, GateVerdicts.Passed, gates) with { Evidence = $"file:///store/models/reviews/{VersionNumber.Name(task.Version)}/evidence/{task.Stage}-{task.Digest[7..]}.json" };
    }

    private GateStatus Status(GateTask task, Gate gate, double accuracy)
    {
        var passed = gate.Metric == MetricNames.Accuracy ? accuracy >= double.Parse(gate.AtLeast!) : !Slow.Contains($"{task.Stage} {VersionNumber.Name(task.Version)}");
        return new GateStatus
        {
            Name = gate.Name,
            Metric = gate.Metric,
            Value = gate.Metric == MetricNames.Accuracy ? $"{accuracy:F4}" : passed ? "12" : "900",
            Bound = gate.AtLeast is null ? $"at most {gate.AtMost}" : $"at least {gate.AtLeast}",
            Passed = passed,
        };
    }

    private static GateResult Result(GateTask task, string verdict, IReadOnlyList<GateStatus> gates) => new() { Version = task.Version, Verdict = verdict, Gates = gates };
}
