using Microsoft.Extensions.Logging;
using TextOps.Learning.Models;

namespace TextOps.Runner.Logging;

/// <summary>Everything the runner logs: one event name for each thing that happens.</summary>
internal static partial class RunnerEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} starts, runner {CodeVersion}, {Threads} threads")]
    public static partial void TaskStarted(this ILogger log, string kind, string codeVersion, int threads);

    [LoggerMessage(Level = LogLevel.Information, Message = "progress is served at {Address}progress")]
    public static partial void ProgressServed(this ILogger log, Uri address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "progress is not served: {Reason}")]
    public static partial void ProgressNotServed(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Output} already has this content: up to date")]
    public static partial void UpToDate(this ILogger log, string output);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Output} is planned: {Inputs} inputs, {Bytes} bytes, {Shards} shards")]
    public static partial void Planned(this ILogger log, string output, int inputs, long bytes, int shards);

    [LoggerMessage(Level = LogLevel.Information, Message = "the shard is finished already: {Rows} rows, {Chunks} chunks")]
    public static partial void ShardFinishedBefore(this ILogger log, long rows, long chunks);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Parts} parts with {Rows} rows are whole already; going on after them")]
    public static partial void ShardResumed(this ILogger log, int parts, long rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} parts have lost files, the first is part {Part}; making the parts from there on again")]
    public static partial void PartsDamaged(this ILogger log, int count, int part);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Percent} %, {Rows} rows, {Chunks} chunks, {ChunksPerSecond} chunks/s, {TokensPerSecond} tokens/s")]
    public static partial void ShardProgress(this ILogger log, int percent, long rows, long chunks, double chunksPerSecond, double tokensPerSecond);

    [LoggerMessage(Level = LogLevel.Information, Message = "the shard is finished: {Rows} rows, {Rejected} rejected, {Chunks} chunks, {Parts} parts")]
    public static partial void ShardFinished(this ILogger log, long rows, long rejected, long chunks, int parts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} of {Rows} rows rejected: {Reason}; they are listed in {Files}")]
    public static partial void RowsRejected(this ILogger log, long count, long rows, string reason, string files);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} chunks of other rows were left out, because the model knows none of their tokens")]
    public static partial void ChunksUnknown(this ILogger log, long count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Count} chunks lost their end, because the model takes {MaxTokens} tokens; a smaller spec.chunking.size keeps all text")]
    public static partial void ChunksTruncated(this ILogger log, long count, int maxTokens);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Output} is committed: {Rows} rows, {Embedded} embedded, {Rejected} rejected, {Chunks} chunks")]
    public static partial void Committed(this ILogger log, string output, long rows, long embedded, long rejected, long chunks);

    [LoggerMessage(Level = LogLevel.Information, Message = "version {Removed} is removed, because it is no longer kept")]
    public static partial void VersionRemoved(this ILogger log, int removed);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Workspace} is prepared already")]
    public static partial void PreparedBefore(this ILogger log, string workspace);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Workspace} is prepared: {Train} rows to train, {Validation} to validate, {Test} to test, {Rejected} rejected, {Columns} columns")]
    public static partial void Prepared(this ILogger log, string workspace, long train, long validation, long test, long rejected, int columns);

    [LoggerMessage(Level = LogLevel.Warning, Message = "dataset: {Warning}")]
    public static partial void DatasetWarning(this ILogger log, string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Workspace} is removed, because nothing was written to it for a day")]
    public static partial void WorkspaceRemoved(this ILogger log, string workspace);

    [LoggerMessage(Level = LogLevel.Information, Message = "trial {Trial} ({Candidate}) has value {Value}, after {Seconds} s")]
    public static partial void TrialDone(this ILogger log, int trial, string candidate, double value, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "trial {Trial} ({Candidate}) failed: {Failure}")]
    public static partial void TrialFailed(this ILogger log, int trial, string candidate, string failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Candidate} is fitted on {Rows} rows in {Seconds} s; trainer and graph differ by {Difference} at most")]
    public static partial void ModelFitted(this ILogger log, string candidate, int rows, double seconds, double difference);

    [LoggerMessage(Level = LogLevel.Warning, Message = "gate {Gate} does not hold: {Metric} is {Value}, and must be {Bound}")]
    public static partial void GateFailed(this ILogger log, string gate, string metric, string value, string bound);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Output} is registered with digest {Digest}")]
    public static partial void Registered(this ILogger log, string output, string digest);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reference} means no version: {Reason}")]
    public static partial void NotResolved(this ILogger log, string reference, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Url} answers as {Served}")]
    public static partial void VersionServes(this ILogger log, string url, string served);

    [LoggerMessage(Level = LogLevel.Warning, Message = "smoke request {Smoke} did not pass: {Reason}")]
    public static partial void SmokeFailed(this ILogger log, string smoke, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "latency of {Requests} requests: p50 {P50} ms, p95 {P95} ms, p99 {P99} ms")]
    public static partial void LatencyMeasured(this ILogger log, int requests, double p50, double p95, double p99);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Failed} of {Requests} requests failed while it was watched; {Pods} pods answered")]
    public static partial void Watched(this ILogger log, long failed, long requests, int pods);

    [LoggerMessage(Level = LogLevel.Information, Message = "stage {Stage} has evidence already: {Evidence}")]
    public static partial void EvidenceFound(this ILogger log, string stage, string evidence);

    [LoggerMessage(Level = LogLevel.Information, Message = "stage {Stage} is passed: {Evidence}")]
    public static partial void EvidenceWritten(this ILogger log, string stage, string evidence);

    [LoggerMessage(Level = LogLevel.Information, Message = "alias {Alias} names version {Served} now")]
    public static partial void AliasMoved(this ILogger log, string alias, int served);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Lines} lines of the log of predictions are in {Key}")]
    public static partial void PredictionsKept(this ILogger log, int lines, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the log of predictions cannot be written: {Reason}; serving goes on, and what does not fit into memory meanwhile is lost")]
    public static partial void PredictionsNotWritten(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the log of predictions has lost {Lost} records so far")]
    public static partial void PredictionsLost(this ILogger log, long lost);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a record cannot be kept in the log of predictions: {Reason}")]
    public static partial void PredictionNotKept(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}: {Failure}")]
    public static partial void TaskFailed(this ILogger log, string reason, string failure, Exception? exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "stopped; whole parts are kept and the task continues after them")]
    public static partial void TaskStopped(this ILogger log);

    [LoggerMessage(Level = LogLevel.Error, Message = "the result could not be written to {Path}: {Reason}")]
    public static partial void ResultNotWritten(this ILogger log, string path, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model} {Version} is loaded in {Seconds} s: {Kind}, {Threads} threads, runs of at most {MaxBatchTokens} padded tokens")]
    public static partial void ModelLoaded(this ILogger log, string model, string version, double seconds, TextModelKind kind, int threads, int maxBatchTokens);

    [LoggerMessage(Level = LogLevel.Information, Message = "serving at {Address}; probes and metrics at {MetricsAddress}")]
    public static partial void Serving(this ILogger log, string address, string metricsAddress);

    [LoggerMessage(Level = LogLevel.Information, Message = "draining: no longer ready, serving for another {Seconds} s")]
    public static partial void Draining(this ILogger log, int seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped after {Requests} requests to the model, {Errors} of them failed")]
    public static partial void ServingStopped(this ILogger log, long requests, long errors);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped before the model was loaded")]
    public static partial void LoadingStopped(this ILogger log);

    [LoggerMessage(Level = LogLevel.Error, Message = "a run of the model failed: {Type}: {Failure}")]
    public static partial void ModelRunFailed(this ILogger log, string type, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "a request to {Path} failed: {Type}: {Failure}")]
    public static partial void RequestFailed(this ILogger log, string path, string type, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Version} is not pinned, so it may be removed while it is served: {Reason}")]
    public static partial void PinNotRenewed(this ILogger log, string version, string reason);
}
