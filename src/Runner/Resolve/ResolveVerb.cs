using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Runner.Logging;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Resolve;

/// <summary>Says which versions aliases and numbers mean now. What one of them means does not depend on the others: a card that is damaged is a message beside its reference.</summary>
internal sealed class ResolveVerb(TaskContext context)
{
    private static readonly int[] MessageLengths = [1024, 512, 256, 128, 64, 32];

    /// <summary>Does the task.</summary>
    /// <exception cref="StoreRefusedException">The store cannot be read at all.</exception>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    public async Task<ResolveResult> RunAsync(ResolveTask task, CancellationToken cancellationToken)
    {
        context.Progress.Begin("Resolving", task.References.Count);
        var registry = new ModelRegistry(context.OpenStore(task.Output.Uri, context.Time));

        // A store that refuses to be read refuses here, before it could look as if a version were missing.
        await registry.ListVersionsAsync(task.Output.Name, cancellationToken);
        var versions = new List<ResolvedVersion>();
        foreach (var reference in task.References)
        {
            versions.Add(await ResolveAsync(registry, task.Output.Name, reference, cancellationToken));
            context.Progress.Advance(1);
        }

        return Fit(new ResolveResult { Versions = versions });
    }

    private async Task<ResolvedVersion> ResolveAsync(ModelRegistry registry, string name, string reference, CancellationToken cancellationToken)
    {
        try
        {
            var found = await registry.ResolveAsync(name, reference, cancellationToken);
            return new ResolvedVersion { Reference = reference, Version = VersionNumber.Name(found.Card.Version), Digest = found.Digest };
        }
        catch (StoreRefusedException refused)
        {
            context.Log.NotResolved(reference, refused.Message);
            return new ResolvedVersion { Reference = reference, Message = LogText.Escape(refused.Message) };
        }
    }

    private static ResolveResult Fit(ResolveResult result) => MessageLengths
        .Select(length => new ResolveResult { Versions = [.. result.Versions.Select(version => version.Message is { } message ? version with { Message = Ellipsis.Cut(message, length) } : version)] })
        .FirstOrDefault(fitting => ResultDocument.Fits(new TaskResult { Resolve = fitting })) ?? result;
}
