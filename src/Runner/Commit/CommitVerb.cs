using System.Globalization;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Runner.Embed;
using TextOps.Runner.Logging;
using TextOps.Runner.Tasks;
using TextOps.Runner.Text;

namespace TextOps.Runner.Commit;

/// <summary>Makes a version visible whose shards are all done, and removes versions that are no longer kept. May be repeated.</summary>
internal sealed class CommitVerb(TaskContext context)
{
    private const int NumbersInMessage = 5;

    /// <summary>Does the task.</summary>
    /// <exception cref="InputException">Too many rows were rejected, or nothing was embedded; nothing is committed then.</exception>
    /// <exception cref="IOException">A shard is not done yet, or has lost a file.</exception>
    /// <exception cref="StoreRefusedException">The version is another owner's, or the store cannot take it.</exception>
    public async Task<CommitResult> RunAsync(CommitTask task, CancellationToken cancellationToken)
    {
        context.Progress.Begin("Committing");
        var versions = new EmbeddingVersions(ObjectStores.Open(task.Output.Uri, context.Time), task.Output.Name, task.Owner);
        var plan = await VersionPlans.ReadAsync(versions, task, task.Version, cancellationToken);
        var shards = await ReadShardsAsync(versions, plan, cancellationToken);
        var manifest = ManifestOf(plan, shards);
        await CheckFilesAsync(versions, manifest, cancellationToken);
        CheckRejects(versions, plan, manifest);

        // Where it was committed before, the manifest that is there is the one that counts.
        manifest = await versions.CommitAsync(manifest, RunRecords.Of(plan, manifest, shards), cancellationToken);
        var result = new CommitResult
        {
            Version = plan.Version,
            Output = versions.UriOf(plan.Version),
            Rows = manifest.Rows,
            Embedded = manifest.Embedded,
            Rejected = manifest.Rejected.Values.Sum(),
            Chunks = manifest.Chunks,
        };
        context.Log.Committed(result.Output, result.Rows, result.Embedded, result.Rejected, result.Chunks);
        foreach (var removed in await versions.PruneAsync(task.KeepVersions, context.Time.GetUtcNow(), cancellationToken))
        {
            context.Log.VersionRemoved(removed);
        }

        return result;
    }

    private static async Task<IReadOnlyList<ShardRecord>> ReadShardsAsync(EmbeddingVersions versions, VersionPlan plan, CancellationToken cancellationToken)
    {
        var done = new List<ShardRecord>(plan.Shards.Count);
        var missing = new List<int>();
        foreach (var shard in plan.Shards)
        {
            if (await versions.ReadShardAsync(plan.Version, shard.Shard, cancellationToken) is { } record)
            {
                done.Add(record);
            }
            else
            {
                missing.Add(shard.Shard);
            }
        }

        return missing.Count == 0
            ? done
            : throw new IOException(
                $"{versions.UriOf(plan.Version)} cannot be committed yet: {missing.Count} of {plan.Shards.Count} shards are not done ({Some(missing)}); "
                + "run their embed tasks first");
    }

    private VersionManifest ManifestOf(VersionPlan plan, IReadOnlyList<ShardRecord> shards)
    {
        var parts = shards.SelectMany(shard => shard.Parts).ToList();
        return new VersionManifest
        {
            ApiVersion = ApiGroup.GroupVersion,
            Owner = plan.Owner,
            RunId = plan.RunId,
            Version = plan.Version,
            Fingerprint = plan.Fingerprint,
            Created = context.Time.GetUtcNow(),
            Model = plan.Model.Uri,
            Dimensions = plan.Model.Dimensions,
            Format = plan.Format,
            Rows = parts.Sum(part => part.Rows),
            Embedded = parts.Sum(part => part.Embedded),
            Chunks = parts.Sum(part => part.Chunks),
            Rejected = RejectCounts.Of(parts),
            Parts = parts,
        };
    }

    private static async Task CheckFilesAsync(EmbeddingVersions versions, VersionManifest manifest, CancellationToken cancellationToken)
    {
        var damaged = await versions.FindDamagedAsync(manifest.Version, manifest.Parts, cancellationToken);
        if (damaged.Count > 0)
        {
            throw new IOException(
                $"{versions.UriOf(manifest.Version)} cannot be committed: {damaged.Count} of {manifest.Parts.Count} parts have lost files; "
                + $"run the embed tasks of these shards again: {Some([.. damaged.Select(part => part.Shard).Distinct()])}");
        }
    }

    private static void CheckRejects(EmbeddingVersions versions, VersionPlan plan, VersionManifest manifest)
    {
        if (manifest.Rows == 0)
        {
            throw new InputException($"spec.source.uri {plan.Source.Uri} holds no row; put texts there, or correct the URI");
        }

        var rejected = manifest.Rows - manifest.Embedded;
        var allowed = decimal.Parse(plan.Validation.MaxRejectedFraction, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        if (manifest.Chunks > 0 && rejected <= allowed * manifest.Rows)
        {
            return;
        }

        var reasons = string.Join(", ", manifest.Rejected.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value}"));
        var fix = manifest.Chunks == 0
            ? "correct the source, spec.source.textField or spec.validation"
            : $"correct the source or spec.validation, or raise spec.validation.maxRejectedFraction ({plan.Validation.MaxRejectedFraction})";
        throw new InputException(
            $"{rejected} of {manifest.Rows} rows were rejected ({reasons}); they are listed in {versions.UriOf(plan.Version)}/rejects-*.jsonl; {fix}");
    }

    private static string Some(List<int> numbers) =>
        string.Join(", ", numbers.Take(NumbersInMessage)) + (numbers.Count > NumbersInMessage ? ", …" : "");
}
