using TextOps.Artifacts.Registry;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Schema;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Tasks;

/// <summary>What tasks of deployments must be like, beside the limits of their fields.</summary>
internal static class DeploymentTaskRules
{
    private const int MaxReferences = 16;
    private const int MaxGates = 16;
    private const int MaxSmoke = 32;
    private const int MaxVersion = 999_999;
    private const int MaxSoakSeconds = 604_800;
    private const int MaxUrl = 512;

    /// <summary>Checks a task; others than those of deployments are not looked at.</summary>
    /// <exception cref="TaskRefusedException">A value is wrong; the message names the field.</exception>
    public static void Check(TaskDocument task)
    {
        if (task is not (ResolveTask or GateTask))
        {
            return;
        }

        FieldLimits.Check(task);
        Require(ModelLayout.IsModel(task.Output.Name), $"output.name ({task.Output.Name}) is no name of a model; use at most 128 lower-case letters, digits, '.', '_' and '-'");
        if (task is ResolveTask resolve)
        {
            Check(resolve);
        }
        else
        {
            Check((GateTask)task);
        }
    }

    private static void Check(ResolveTask task)
    {
        Require(task.References.Count is >= 1 and <= MaxReferences, $"references ({task.References.Count}) must be from 1 to {MaxReferences}");
        foreach (var reference in task.References)
        {
            Require(VersionNumber.ParseLoose(reference) is not null || ModelLayout.IsAlias(reference), $"references has '{reference}', which is neither a version nor the name of an alias");
        }

        Distinct("references", task.References);
    }

    private static void Check(GateTask task)
    {
        Require(IsStage(task.Stage), $"stage ({task.Stage}) is no name of a stage; use at most {Stage.MaxName} lower-case letters, digits and '-'");
        Require(task.Version is >= 1 and <= MaxVersion, $"version ({task.Version}) must be from 1 to {MaxVersion}");
        Require(ModelLayout.IsDigest(task.Digest), $"digest ({task.Digest}) is none; write sha256: and 64 lower-case hex digits");
        Require(task.After is null || (IsStage(task.After) && task.After != task.Stage), $"after ({task.After}) must name another stage");
        Require(task.Alias is null || ModelLayout.IsAlias(task.Alias), $"alias ({task.Alias}) is no name of an alias; use at most 63 lower-case letters, digits and '-'");
        Require(task.Gates.Count <= MaxGates, $"gates ({task.Gates.Count}) must be at most {MaxGates}");
        Distinct("gates", task.Gates.Select(gate => gate.Name));
        if (task.Probe is not { } probe)
        {
            return;
        }

        Require(IsUrl(probe.Url), $"probe.url ({probe.Url}) must be http:// or https:// with a host, without user, query, fragment and a '/' at its end, in at most {MaxUrl} characters");
        Require(probe.Smoke.Count <= MaxSmoke, $"probe.smoke ({probe.Smoke.Count}) must be at most {MaxSmoke}");
        Distinct("probe.smoke", probe.Smoke.Select(smoke => smoke.Name));
        foreach (var smoke in probe.Smoke)
        {
            foreach (var (field, value) in smoke.Fields ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                Require(double.IsFinite(Decimals.Value(value)), $"probe.smoke[{smoke.Name}].fields[{field}] ({value}) is no decimal; write for example 12.5");
            }
        }

        Require(probe.SoakSeconds is >= 0 and <= MaxSoakSeconds, $"probe.soakSeconds ({probe.SoakSeconds}) must be from 0 to {MaxSoakSeconds}");
    }

    private static bool IsStage(string name) => name.Length <= Stage.MaxName && ModelLayout.IsAlias(name);

    private static bool IsUrl(string url) =>
        url.Length <= MaxUrl
        && !url.EndsWith('/')
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && uri is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "", Host.Length: > 0 };

    private static void Distinct(string field, IEnumerable<string> names)
    {
        var twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key;
        Require(twice is null, $"{field} has '{twice}' twice; give each a name of its own");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, message);
        }
    }
}
