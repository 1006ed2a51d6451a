using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Batching;
using TextOps.Runner.Serve.Endpoints;
using TextOps.Runner.Serve.Http;
using TextOps.Runner.Serve.Metrics;
using TextOps.Runner.Serve.Pages;
using TextOps.Runner.Serve.Predictions;
using TextOps.Runner.Serve.Requests;

namespace TextOps.Runner.Serve;

/// <summary>What a <see cref="ModelServer"/> is given beside its model.</summary>
internal sealed record ModelServerSettings
{
    /// <summary>Where requests are answered.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The token that requests must carry; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Where predictions are kept; stays the caller's.</summary>
    public IPredictionLog Predictions { get; init; } = new NoPredictionLog();

    /// <summary>Gets the instruments; stays the caller's.</summary>
    public required Meter Meter { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Log { get; init; }
}

/// <summary>A loaded model with its queue and its listener.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly DynamicBatcher batcher;
    private ServeServer? server;

    private ModelServer(DynamicBatcher batcher, ServeState state, Readiness readiness) => (this.batcher, State, Readiness) = (batcher, state, readiness);

    /// <summary>Where it listens, for example <c>http://127.0.0.1:8080</c>.</summary>
    public string Address => server!.Address;

    /// <summary>What goes on in it.</summary>
    public ServeState State { get; }

    /// <summary>Whether requests should come here.</summary>
    public Readiness Readiness { get; }

    /// <summary>Runs the model once, and starts to listen.</summary>
    /// <param name="served">The model; stays the caller's, and must outlive this.</param>
    /// <exception cref="IOException">The address is in use, or is not the machine's.</exception>
    /// <exception cref="ModelRunException">The model does not run.</exception>
    public static async Task<ModelServer> StartAsync(ServedModel served, ModelServerSettings settings, CancellationToken cancellationToken)
    {
        var (model, limits, time) = (served.Model, served.Limits, settings.Time);
        var limit = new RequestLimit(Math.Min(limits.MaxInputs, limits.MaxQueue), limits.MaxTextLength);
        var contract = new PredictContract(served.TextField, served.Fields, [.. served.Unused.Select(field => field.Name)], limit);
        var metrics = new ServeMetrics(settings.Meter, model.Labels, contract.Derived);
        var watch = new RunWatch(metrics, time, settings.Log);
        var queue = new DynamicBatcher(model, LimitsOf(served), time, watch);
        metrics.Observe(() => queue.Waiting, () => settings.Predictions.Dropped);
        var state = new ServeState(served, queue, watch, metrics, settings.Predictions, time);
        var made = new ModelServer(queue, state, new Readiness(state, model, queue, watch, time));
        try
        {
            await made.Readiness.AskAsync();
            await WarmUp.RunAsync(
                served, unseen => Api(settings with { Predictions = new NoPredictionLog() }, new ServeMetrics(unseen, model.Labels, contract.Derived)), settings.Token, cancellationToken);
            var api = Api(settings, metrics);
            made.server = await ServeServer.StartAsync(settings.Listen, served, api, application => ServePages.Map(application, served), cancellationToken);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }

        ServeApi Api(ModelServerSettings with, ServeMetrics counts) => new(
            served, PathsOf(served, new ModelRuns(served, limit, queue, counts), contract, with, counts, state), with.Token is { } token ? new BearerToken(token) : null, state, counts, time, with.Log);
    }

    /// <summary>Takes no more connections and waits for the requests that run.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => server!.StopAsync(cancellationToken);

    /// <summary>Runs the model no more; answers whether the last run has ended. While it has not, the model must not be disposed of.</summary>
    public bool StopRuns() => batcher.Stop();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        batcher.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    private static BatchLimits LimitsOf(ServedModel served) => new()
    {
        MaxTokens = served.Limits.MaxBatchTokens ?? served.Model.PreferredBatchTokens,
        Delay = TimeSpan.FromMilliseconds(served.Limits.MaxBatchDelayMilliseconds),
        MaxQueue = served.Limits.MaxQueue,
        Timeout = TimeSpan.FromSeconds(served.Limits.RequestTimeoutSeconds),
    };

    private static Dictionary<string, ApiPath> PathsOf(
        ServedModel served, ModelRuns runs, PredictContract contract, ModelServerSettings settings, ServeMetrics metrics, ServeState state)
    {
        var predict = new PredictEndpoint(served, contract, runs, settings.Predictions, metrics, settings.Time);
        var documents = new DocumentEndpoint(served, state, settings.Predictions);
        var paths = new Dictionary<string, ApiPath>(StringComparer.Ordinal);
        Add(ApiPaths.Predict, TextModelKind.TextClassification, predict.PredictAsync, "/predict", "/invoke");
        Add(ApiPaths.PredictBatch, TextModelKind.TextClassification, predict.PredictBatchAsync, "/predict/batch", "/batch_predict");
        Add(ApiPaths.Feedback, TextModelKind.TextClassification, new FeedbackEndpoint(served, settings.Predictions, runs.Bodies, settings.Time).AcceptAsync, "/feedback");
        Add(ApiPaths.Embed, TextModelKind.SentenceSimilarity, new EmbedEndpoint(served, runs).EmbedAsync, "/embed");
        Add(ApiPaths.Embeddings, TextModelKind.SentenceSimilarity, new EmbeddingsEndpoint(served, runs).EmbedAsync, "/v1/embeddings");
        Add(ApiPaths.Rerank, TextModelKind.TextRanking, new RerankEndpoint(runs).RerankAsync, "/rerank");
        paths["/health"] = new ApiPath(ApiPaths.Health, HttpMethods.Get, documents.HealthAsync);
        paths["/info"] = new ApiPath(ApiPaths.Info, HttpMethods.Get, documents.InfoAsync);
        return paths;

        void Add(int index, TextModelKind kind, Func<HttpContext, Task> answer, params string[] names)
        {
            foreach (var name in names)
            {
                paths[name] = new ApiPath(index, HttpMethods.Post, kind == served.Model.Kind ? answer : _ => throw OtherKind(served, name));
            }
        }
    }

    private static RefusedRequestException OtherKind(ServedModel served, string path)
    {
        var (kind, use) = served.Model.Kind switch
        {
            TextModelKind.TextClassification => ("a classifier", "/predict or /predict/batch"),
            TextModelKind.SentenceSimilarity => ("an embedding model", "/embed or /v1/embeddings"),
            _ => ("a cross-encoder", "/rerank"),
        };
        return new RefusedRequestException(new Refusal { Status = StatusCodes.Status404NotFound, Detail = $"{served.Name} is {kind}, which has no {path}; use {use}" });
    }
}
