using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Tasks;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Inputs;
using TextOps.Runner.Logging;
using TextOps.Runner.Models;
using TextOps.Runner.Tasks;
using TextOps.Runner.Text;

namespace TextOps.Runner.Plan;

/// <summary>
/// Plans a version: pins inputs and model, cuts shards and creates <c>_plan.json</c>. A plan that this run made before is continued; content that the last
/// committed version already has is answered as up to date.
/// </summary>
internal sealed class PlanVerb(TaskContext context)
{
    private const int Races = 100;

    /// <summary>Does the task.</summary>
    /// <exception cref="InputException">There is nothing to embed.</exception>
    /// <exception cref="StoreRefusedException">The store cannot take a version, or the output's versions belong to another owner.</exception>
    /// <exception cref="TaskRefusedException">The model cannot be used.</exception>
    public async Task<PlanResult> RunAsync(PlanTask task, CancellationToken cancellationToken)
    {
        task = task with { Source = task.Source with { Uri = InputFiles.Absolute(task.Source.Uri) } };
        var store = ObjectStores.Open(task.Output.Uri, context.Time);
        var versions = new EmbeddingVersions(store, task.Output.Name, task.Owner);
        await StoreProbe.CheckAsync(store, versions.Layout.Folder, cancellationToken);

        var inputs = await InputFiles.PinAsync(SourcePattern.Of(task.Source), context.Progress, cancellationToken);
        context.Progress.Begin("LoadingModel");
        var (model, embedder) = await ModelLoading.PinAsync(task.Model, cancellationToken);
        using (embedder)
        {
            CheckChunkSize(task.Chunking, embedder);
        }

        context.Progress.Begin("Planning");
        var draft = new VersionPlan
        {
            ApiVersion = ApiGroup.GroupVersion,
            Owner = task.Owner,
            RunId = task.RunId,
            Trigger = task.Trigger,
            Version = 0,
            Fingerprint = "",
            Created = context.Time.GetUtcNow(),
            Source = task.Source,
            Inputs = inputs,
            Model = model,
            Chunking = task.Chunking,
            Validation = task.Validation,
            Format = task.Format,
            Shards = ShardPlanner.Cut(inputs, task.Shards),
        };
        draft = draft with { Fingerprint = Fingerprint.OfVersion(draft) };
        var result = await PlaceAsync(versions, draft, cancellationToken);
        context.Properties.Set(task, result.Version);
        if (result.UpToDate)
        {
            context.Log.UpToDate(result.Output);
        }
        else
        {
            context.Log.Planned(result.Output, result.Inputs, result.InputBytes, result.Shards);
        }

        return result;
    }

    /// <summary>Refuses chunks that the model would always cut, for that loses text although nobody asked for it.</summary>
    private static void CheckChunkSize(Chunking chunking, ISentenceEmbedder embedder)
    {
        // What a text adds to is the prompt and the special tokens.
        var room = embedder.MaxTokens - embedder.Encode("").Ids.Length;
        if (chunking.Unit == ChunkUnit.Tokens && chunking.Size > room)
        {
            throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec,
                $"spec.chunking.size ({chunking.Size} tokens) is above the {room} tokens that the model takes beside its special tokens and the prompt; "
                + $"lower it to at most {room}");
        }
    }

    /// <summary>Finds the version that has the draft's content already, or gives the draft a number of its own.</summary>
    private static async Task<PlanResult> PlaceAsync(EmbeddingVersions versions, VersionPlan draft, CancellationToken cancellationToken)
    {
        for (var race = 0; race < Races; race++)
        {
            var known = await versions.ListVersionsAsync(cancellationToken);
            if (known.LastOrDefault(version => version.Committed) is { Version: > 0 } committed
                && await versions.ReadManifestAsync(committed.Version, cancellationToken) is { } manifest
                && manifest.Fingerprint == draft.Fingerprint)
            {
                await PointToAsync(versions, manifest, cancellationToken);
                return ResultOf(draft, versions.UriOf(committed.Version), committed.Version) with
                {
                    UpToDate = true,
                    Rows = manifest.Rows,
                    Chunks = manifest.Chunks,
                    Rejected = manifest.Rejected.Values.Sum(),
                };
            }

            // Another owner's plan is refused while it is read.
            if (known.LastOrDefault(version => version.Planned) is { Version: > 0, Committed: false } newest
                && await versions.ReadPlanAsync(newest.Version, cancellationToken) is { } plan
                && plan.RunId == draft.RunId
                && plan.Fingerprint == draft.Fingerprint)
            {
                return ResultOf(plan, versions.UriOf(newest.Version), newest.Version);
            }

            var next = draft with { Version = known.Count == 0 ? 1 : known[^1].Version + 1 };
            if (await versions.TryCreatePlanAsync(next, cancellationToken))
            {
                return ResultOf(next, versions.UriOf(next.Version), next.Version);
            }
        }

        throw new IOException($"{versions.Store.UriOf(versions.Layout.Folder[..^1])}: {Races} times another run took the next version first");
    }

    /// <summary>Makes good for a commit that was broken off before it moved the pointer.</summary>
    private static async Task PointToAsync(EmbeddingVersions versions, VersionManifest manifest, CancellationToken cancellationToken)
    {
        if (((await versions.ReadLatestAsync(cancellationToken))?.Version ?? 0) < manifest.Version
            && await versions.ReadRunRecordAsync(manifest.Version, cancellationToken) is { } run)
        {
            await versions.CommitAsync(manifest, run, cancellationToken);
        }
    }

    private static PlanResult ResultOf(VersionPlan plan, string output, int version) => new()
    {
        UpToDate = false,
        Version = version,
        Shards = plan.Shards.Count,
        Inputs = plan.Inputs.Count,
        InputBytes = plan.Inputs.Sum(input => input.Bytes),
        Output = output,
    };
}
