using TextOps.Crds.ModelDeployments;
using TextOps.Local.Display;

namespace TextOps.Local.Commands;

/// <summary>Finds where <c>textops run</c> serves what a person names <c>NAME</c> or <c>NAME/STAGE</c>.</summary>
internal static class StageAddress
{
    /// <summary>The URL of a stage that serves: the one that is named, or the last one.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static async Task<Uri> FindAsync(string store, string name, string @namespace, CancellationToken cancellationToken)
    {
        var parts = name.Split('/');
        if (parts.Length > 2 || parts.Contains(""))
        {
            throw new UsageException($"'{Printable.OneLine(name, 100)}' is not the NAME or NAME/STAGE of a ModelDeployment; or is it a text? Then say with --url what is asked");
        }

        await using var local = LocalStore.OpenReadOnly(store);
        var found = await local.Cluster.GetAsync<ModelDeployment>(parts[0], @namespace, cancellationToken)
            ?? throw new UsageException($"{store} has no ModelDeployment {@namespace}/{Printable.OneLine(parts[0], 100)}; see textops get modeldeployments --store {store} -A, or give --url URL");
        List<StageStatus> serving = [.. (found.Status?.Stages ?? []).Where(stage => stage is { Url: not null, ReadyReplicas: > 0 })];
        var chosen = parts.Length == 1 ? serving.LastOrDefault() : serving.Find(stage => stage.Name == parts[1]);
        return chosen is not null
            ? new Uri(chosen.Url!)
            : throw new UsageException($"ModelDeployment {@namespace}/{found.Metadata.Name} serves nothing{(parts.Length == 1 ? "" : $" in stage {Printable.OneLine(parts[1], 63)}")} now; "
                + (serving.Count > 0 ? $"these stages serve: {string.Join(", ", serving.Select(stage => stage.Name))}" : $"start it with textops run, and see textops get modeldeployment {found.Metadata.Name} -o yaml"));
    }
}
