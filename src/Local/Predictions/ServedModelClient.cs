using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TextOps.Crds;
using TextOps.Local.Display;

namespace TextOps.Local.Predictions;

/// <summary>Asks a served model over HTTP. A server that is full or ending is asked again, as often as it says, for a while.</summary>
internal sealed partial class ServedModelClient : IDisposable
{
    private const int MaxAttempts = 6;
    private const long MaxAnswerBytes = 256L * 1024 * 1024;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly HttpClient http;
    private readonly string url;
    private readonly string tokenVariable;
    private readonly TimeProvider time;

    /// <summary>Makes a client.</summary>
    /// <param name="url">Where the model is served, without a '/' at its end.</param>
    /// <param name="token">Bearer token; null for none.</param>
    /// <param name="tokenVariable">The environment variable that it came from, for messages.</param>
    public ServedModelClient(Uri url, string? token, string tokenVariable, TimeProvider time)
    {
        this.url = url.AbsoluteUri.TrimEnd('/');
        this.tokenVariable = tokenVariable;
        this.time = time;

        // A redirect would take the token elsewhere, and a proxy cannot reach this machine's own addresses.
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = !url.IsLoopback, ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("textops");
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>What is served.</summary>
    public async Task<ServedInfo> InfoAsync(CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, "/info", body: null, cancellationToken);
        try
        {
            return answer.Deserialize<ServedInfo>(Json.Readable)!;
        }
        catch (JsonException exception)
        {
            throw new ServedModelException($"{url}/info is not what a served model answers ({Printable.OneLine(exception.Message, 200)}); name the URL of a stage, as textops get modeldeployments -o wide shows it");
        }
    }

    /// <summary>Classifies texts; answers as the server gives them, in order.</summary>
    public async Task<IReadOnlyList<JsonObject>> PredictAsync(IReadOnlyList<TextRow> rows, string textField, CancellationToken cancellationToken)
    {
        if (rows.Count == 1)
        {
            return [Object(await SendAsync(HttpMethod.Post, "/predict", Instance(rows[0], textField), cancellationToken))];
        }

        var body = new JsonObject { ["instances"] = new JsonArray([.. rows.Select(row => Instance(row, textField))]) };
        var answer = Object(await SendAsync(HttpMethod.Post, "/predict/batch", body, cancellationToken));
        return answer["predictions"] is JsonArray predictions && predictions.Count == rows.Count
            ? [.. predictions.Select(Object)]
            : throw new ServedModelException($"{url}/predict/batch answered with {(answer["predictions"] as JsonArray)?.Count ?? 0} predictions for {rows.Count} texts");
    }

    /// <summary>Vectors of texts, in order.</summary>
    public async Task<IReadOnlyList<JsonArray>> EmbedAsync(IReadOnlyList<TextRow> rows, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["inputs"] = new JsonArray([.. rows.Select(row => (JsonNode)row.Text)]) };
        return await SendAsync(HttpMethod.Post, "/embed", body, cancellationToken) is JsonArray vectors && vectors.Count == rows.Count
            ? [.. vectors.Select(vector => vector as JsonArray ?? throw new ServedModelException($"{url}/embed answered with something else than vectors"))]
            : throw new ServedModelException($"{url}/embed answered with something else than {rows.Count} vectors");
    }

    /// <summary>Ranks texts for a query, best first: <c>index</c> and <c>score</c> of each.</summary>
    public async Task<IReadOnlyList<JsonObject>> RerankAsync(string query, IReadOnlyList<TextRow> rows, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["query"] = query, ["texts"] = new JsonArray([.. rows.Select(row => (JsonNode)row.Text)]) };
        return await SendAsync(HttpMethod.Post, "/rerank", body, cancellationToken) is JsonArray ranked
            ? [.. ranked.Select(Object)]
            : throw new ServedModelException($"{url}/rerank answered with something else than a list");
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    /// <summary>A row as the server takes it.</summary>
    public static JsonObject Instance(TextRow row, string textField)
    {
        var instance = new JsonObject { [textField] = row.Text };
        foreach (var (name, value) in row.Numbers)
        {
            instance[name] = value;
        }

        return instance;
    }

    private JsonObject Object(JsonNode? answer) => answer as JsonObject ?? throw new ServedModelException($"{url} answered with something else than a JSON object");

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(method, url + path) { Content = body is null ? null : JsonContent.Create(body, options: Json.Strict) };
                using var response = await http.SendAsync(request, cancellationToken);
                var text = await response.Content.ReadAsStringAsync(cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return JsonNode.Parse(text) ?? throw new ServedModelException($"{url}{path} answered with nothing");
                }

                if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) || attempt == MaxAttempts)
                {
                    throw Problem(path, response, text);
                }

                var pause = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
                await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellationToken);
            }
            catch (JsonException)
            {
                throw new ServedModelException($"{url}{path} did not answer with JSON; name the URL of a stage, as textops get modeldeployments -o wide shows it");
            }
            catch (HttpRequestException exception)
            {
                throw new ServedModelException(exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                    ? $"nothing listens at {url}; start it (textops run -f …, or textops-runner serve), or name the URL that textops get modeldeployments -o wide shows"
                    : $"{url} is not reached: {Printable.OneLine(exception.InnerException?.Message ?? exception.Message, 500)}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new ServedModelException($"{url}{path} did not answer within {http.Timeout.TotalSeconds:0} seconds");
            }
        }
    }

    // RFC 9457: the server says what is wrong in detail.
    private ServedModelException Problem(string path, HttpResponseMessage response, string text)
    {
        var said = Said(text);
        var field = said?["field"] is JsonValue named && named.TryGetValue<string>(out var name) ? name : null;
        var row = field is not null && RowPattern().Match(field) is { Success: true } match ? int.Parse(match.Groups["row"].ValueSpan, CultureInfo.InvariantCulture) : (int?)null;
        var detail = said?["detail"] is JsonValue value && value.TryGetValue<string>(out var words) ? words : said?["title"]?.ToString() ?? response.ReasonPhrase ?? "";
        var message = new StringBuilder($"{url}{path} answered {(int)response.StatusCode}: {Printable.OneLine(detail, 2000)}");
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            message.Append($"; the token is taken from the environment variable {tokenVariable}");
        }
        else if (said is null && response.StatusCode == HttpStatusCode.NotFound)
        {
            message.Append("; name the URL of a stage, as textops get modeldeployments -o wide shows it");
        }

        return new ServedModelException(message.ToString(), row);
    }

    private static JsonObject? Said(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^(instances|inputs|texts)\[(?<row>[0-9]{1,6})\]", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RowPattern();
}
