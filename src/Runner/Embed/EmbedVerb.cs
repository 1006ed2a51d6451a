using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds.Tasks;
using TextOps.Onnx.Embeddings;
using TextOps.Runner.Inputs;
using TextOps.Runner.Logging;
using TextOps.Runner.Models;
using TextOps.Runner.Plan;
using TextOps.Runner.Tasks;
using TextOps.Runner.Text;

namespace TextOps.Runner.Embed;

/// <summary>Embeds one shard of a planned version: goes on after its last whole part, and answers at once where it is finished.</summary>
internal sealed class EmbedVerb(TaskContext context, PartLimits limits)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    /// <summary>Does the task.</summary>
    /// <exception cref="InputException">An input has changed since the version was planned.</exception>
    /// <exception cref="TaskRefusedException">There is no such plan or shard, another version of the runner planned it, or the model has changed.</exception>
    /// <exception cref="StoreRefusedException">The store cannot take a part.</exception>
    public async Task<EmbedResult> RunAsync(EmbedTask task, CancellationToken cancellationToken)
    {
        var started = context.Time.GetUtcNow();
        var versions = new EmbeddingVersions(ObjectStores.Open(task.Output.Uri, context.Time), task.Output.Name, task.Owner);
        var plan = await VersionPlans.ReadAsync(versions, task, task.Version, cancellationToken);
        if (Fingerprint.OfVersion(plan) != plan.Fingerprint)
        {
            throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec,
                $"{versions.UriOf(task.Version)} was planned by a runner of another version, and this one would make other parts (or {VersionLayout.PlanFile} was changed); "
                + "run the job again with annotation textops.dev/rerun: it takes the next version");
        }

        var shard = task.Shard < plan.Shards.Count
            ? plan.Shards[task.Shard]
            : throw new TaskRefusedException(
                TaskErrorReasons.InvalidSpec, $"shard ({task.Shard}) must be below {plan.Shards.Count}, the number of shards in {versions.UriOf(task.Version)}");
        if (await versions.ReadShardAsync(task.Version, task.Shard, cancellationToken) is { } finished
            && (await versions.FindDamagedAsync(task.Version, finished.Parts, cancellationToken)).Count == 0)
        {
            var before = ResultOf(finished, chunksPerSecond: null);
            context.Log.ShardFinishedBefore(before.Rows, before.Chunks);
            return before;
        }

        var inputs = new ShardInputs(plan, shard);
        await inputs.CheckAsync(context.Progress, cancellationToken);

        context.Progress.Begin("LoadingModel");
        using var embedder = await ModelLoading.LoadAsync(plan.Model, cancellationToken);
        var (record, chunksPerSecond) = await EmbedAsync(versions, plan, shard, inputs, embedder, started, cancellationToken);
        await versions.WriteShardAsync(task.Version, record, cancellationToken);
        var result = ResultOf(record, chunksPerSecond);
        Report(record, plan, result);
        return result;
    }

    private async Task<(ShardRecord Record, double? ChunksPerSecond)> EmbedAsync(
        EmbeddingVersions versions,
        VersionPlan plan,
        ShardPlan shard,
        ShardInputs inputs,
        ISentenceEmbedder embedder,
        DateTimeOffset started,
        CancellationToken cancellationToken)
    {
        var parts = await WholePartsAsync(versions, plan.Version, shard.Shard, cancellationToken);
        var firstRow = parts.Count == 0 ? 0 : parts[^1].FirstRow + parts[^1].Rows;
        context.Progress.Begin("Embedding", shard.Ranges.Sum(range => range.Bytes));
        if (parts.Count > 0)
        {
            context.Log.ShardResumed(parts.Count, firstRow);
            context.Progress.Resume(firstRow, parts.Sum(part => part.Rejected.Values.Sum()), parts.Sum(part => part.Chunks), parts.Sum(part => part.Tokens));
        }

        var pipeline = new ShardPipeline(
            inputs,
            new ShardReader(plan, shard, firstRow, context.Progress),
            new RowEncoder(embedder, plan.Chunking),
            new PartEmbedder(embedder, context.Threads, context.Progress),
            new PartWriter(versions, plan, shard.Shard, context.Threads),
            embedder.Dimensions,
            context.Threads,
            limits);
        var (begin, lastLog, chunks, unknown) = (context.Time.GetTimestamp(), context.Time.GetTimestamp(), 0L, 0L);
        await pipeline.RunAsync(
            [.. parts],
            (part, record) =>
            {
                parts.Add(record);
                chunks += record.Chunks;
                unknown += part.Unknown;
                if (context.Time.GetElapsedTime(lastLog) >= LogInterval)
                {
                    lastLog = context.Time.GetTimestamp();
                    var seen = context.Progress.Snapshot();
                    var percent = (int)(seen.Done * 100 / Math.Max(1, seen.Total));
                    context.Log.ShardProgress(percent, seen.Rows, seen.Chunks, seen.ChunksPerSecond, seen.TokensPerSecond);
                }
            },
            cancellationToken);
        context.Progress.Finish();
        if (unknown > 0)
        {
            context.Log.ChunksUnknown(unknown);
        }

        var seconds = context.Time.GetElapsedTime(begin).TotalSeconds;
        var cost = new ShardCost
        {
            Started = started,
            Finished = context.Time.GetUtcNow(),
            CpuSeconds = Math.Round(Environment.CpuUsage.TotalTime.TotalSeconds, 3),
            GpuSeconds = 0,
            PeakMemoryBytes = ProcessMemory.PeakBytes(),
        };
        return (new ShardRecord { Shard = shard.Shard, Parts = parts, Cost = cost }, chunks > 0 && seconds > 0 ? Math.Round(chunks / seconds, 1) : null);
    }

    /// <summary>The parts to go on after. One that lost a file is made again, and so are those after it.</summary>
    private async Task<List<PartRecord>> WholePartsAsync(EmbeddingVersions versions, int version, int shard, CancellationToken cancellationToken)
    {
        var parts = await versions.ReadPartsAsync(version, shard, cancellationToken);
        var damaged = await versions.FindDamagedAsync(version, parts, cancellationToken);
        if (damaged.Count == 0)
        {
            return [.. parts];
        }

        context.Log.PartsDamaged(damaged.Count, damaged[0].Sequence);
        return [.. parts.Take(damaged[0].Sequence)];
    }

    private void Report(ShardRecord record, VersionPlan plan, EmbedResult result)
    {
        var rejects = $"rejects-{record.Shard:D5}-*.jsonl";
        foreach (var (reason, count) in RejectCounts.Of(record.Parts))
        {
            context.Log.RowsRejected(count, result.Rows, reason, rejects);
        }

        var truncated = record.Parts.Sum(part => part.Truncated);
        if (truncated > 0)
        {
            context.Log.ChunksTruncated(truncated, plan.Model.MaxTokens);
        }

        context.Log.ShardFinished(result.Rows, result.Rejected, result.Chunks, result.Parts);
    }

    private static EmbedResult ResultOf(ShardRecord record, double? chunksPerSecond) => new()
    {
        Shard = record.Shard,
        Parts = record.Parts.Count,
        Rows = record.Parts.Sum(part => part.Rows),
        Rejected = record.Parts.Sum(part => part.Rows - part.Embedded),
        Chunks = record.Parts.Sum(part => part.Chunks),
        ChunksPerSecond = chunksPerSecond,
    };
}
