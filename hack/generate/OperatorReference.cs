using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Kubernetes.Rbac;
using TextOps.Kubernetes.Rest.Requests;
using TextOps.Kubernetes.Runtime;
using TextOps.Hosting.Metrics;
using TextOps.Operator.Host.Settings;

namespace TextOps.Generate;

/// <summary>The operator's options, metrics and rights for people, from the code that has them.</summary>
public static class OperatorReference
{
    /// <summary>The page.</summary>
    public static GeneratedFile File()
    {
        var text = new StringBuilder();
        text.Append("<!-- Generated from src/Operator by `make generate`; do not edit. -->\n# textops-operator: options, metrics, rights\n");
        Options(text);
        Metrics(text);
        Rights(text, "Rights in the namespaces of objects", RbacManifests.ObjectRules);
        Rights(text, "Rights in the namespace of the lease", RbacManifests.LeaderElectionRules);
        return new GeneratedFile("docs/reference/operator.md", text.ToString());
    }

    private static void Options(StringBuilder text)
    {
        text.Append("\n## Options\n\n| option | variable | default | what it does |\n|---|---|---|---|\n");
        foreach (var setting in new HostSettings().All)
        {
            text.Append($"| `{setting.Name} {setting.HelpName.Replace("|", "\\|", StringComparison.Ordinal)}` | {(setting.Variable is null ? "" : $"`{setting.Variable}`")} "
                + $"| {setting.DefaultText} | {setting.Description} |\n");
        }
    }

    private static void Metrics(StringBuilder text)
    {
        // Whoever measures does so by instruments that are there from the start.
        using var process = new ProcessMetrics("operator", version: "");
        using var runtime = new KubernetesMetrics();
        Meter[] meters = [process.Meter, runtime.Meter, CallMetrics.Meter];
        using var registry = new MetricRegistry(meters.Contains, NullLogger<MetricRegistry>.Instance);
        text.Append("\n## Metrics\n\n| metric | type | what it is |\n|---|---|---|\n");
        foreach (var family in registry.Collect())
        {
            text.Append($"| `{family.Name}{(family.Kind == MetricKind.Counter ? "_total" : "")}` | {family.Kind.ToString().ToLowerInvariant()} | {family.Help} |\n");
        }
    }

    private static void Rights(StringBuilder text, string heading, IReadOnlyList<RbacRule> rules)
    {
        if (rules.Count == 0)
        {
            return;
        }

        text.Append($"\n## {heading}\n\n| API group | resource | verbs |\n|---|---|---|\n");
        foreach (var rule in rules)
        {
            text.Append($"| {(rule.Group.Length == 0 ? "core" : rule.Group)} | `{rule.Resource}` | {string.Join(", ", rule.Verbs)} |\n");
        }
    }
}
