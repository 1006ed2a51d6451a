using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Rest.Transport;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>Sends calls to an API server: in their turn, with credentials, again where that helps; and turns what is not success into exceptions.</summary>
internal sealed partial class ApiConnection(ClusterConfiguration configuration, RestClientOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly ProductInfoHeaderValue UserAgent =
        new("textops", typeof(ApiConnection).Assembly.GetName().Version?.ToString(3));

    private readonly ClusterTransport transport = new(configuration);
    private readonly CallLimiter limiter = new(options.CallsPerSecond, options.Burst, time);
    private readonly ServerWarnings warnings = new(logger);
    private readonly string root = ConnectionErrors.Address(configuration.Server);
    private readonly string host = configuration.Server.Authority;

    /// <summary>
    /// Gives the answer, which is a success: all of it, or, of a watch, its beginning. Null where <see cref="ApiRequest.MayBeMissing"/> is missing.
    /// </summary>
    /// <exception cref="KubernetesException">The server refused.</exception>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public async Task<HttpResponseMessage?> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            Exception problem;
            bool mayRetry;
            TimeSpan? asked = null;
            try
            {
                var (response, secret) = await TryAsync(request, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                using (response)
                {
                    var status = StatusDocument.Read(request, response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken), secret);
                    if (request.MayBeMissing is { } name && status.Code == 404 && status.Details?.Name == name)
                    {
                        return null;
                    }

                    problem = status.ToException();
                    asked = RetryRules.Asked(response.Headers.RetryAfter, time.GetUtcNow());
                    mayRetry = RetryRules.Allow(request, response.StatusCode, asked is not null);
                }
            }
            catch (HttpRequestException failure)
            {
                problem = ConnectionErrors.Describe(configuration.Server, request, failure);
                mayRetry = RetryRules.Allow(request, failure);
            }

            var delay = RetryRules.Delay(tries, asked);
            if (!mayRetry || tries >= options.MaxTries || time.GetElapsedTime(started) + delay > RetryRules.Longest)
            {
                throw problem;
            }

            LogRetry(request.Method.Method, request.Path, delay, tries, problem.Message);
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    public void Dispose() => transport.Dispose();

    /// <summary>One try; two where the credential has just expired.</summary>
    private async Task<(HttpResponseMessage Response, string? Secret)> TryAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var credential = await configuration.Credentials.GetAsync(refused: null, cancellationToken);
        var response = await ExchangeAsync(request, credential, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            var renewed = await configuration.Credentials.GetAsync(credential, cancellationToken);
            if (renewed != credential)
            {
                response.Dispose();
                credential = renewed;
                response = await ExchangeAsync(request, credential, cancellationToken);
            }
        }

        return (response, credential.Authorization?.Parameter);
    }

    private async Task<HttpResponseMessage> ExchangeAsync(ApiRequest request, ClusterCredential credential, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await limiter.WaitAsync(cancellationToken);
        CallMetrics.Waited(request.Method.Method, host, time.GetElapsedTime(started));

        started = time.GetTimestamp();
        try
        {
            var response = await ExchangeInTimeAsync(request, credential, cancellationToken);
            CallMetrics.Called(request.Method.Method, host, ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture), time.GetElapsedTime(started));
            warnings.Note(request, response.Headers);
            return response;
        }
        catch (HttpRequestException)
        {
            CallMetrics.Called(request.Method.Method, host, CallMetrics.NoAnswer, time.GetElapsedTime(started));
            throw;
        }
    }

    private async Task<HttpResponseMessage> ExchangeInTimeAsync(ApiRequest request, ClusterCredential credential, CancellationToken cancellationToken)
    {
        using var message = ToMessage(request, credential);
        using var timeout = new CancellationTokenSource(request.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        HttpResponseMessage? response = null;
        try
        {
            response = await transport.SendAsync(message, credential.ClientCertificate, either.Token);
            if (!request.IsWatch || !response.IsSuccessStatusCode)
            {
                await response.Content.LoadIntoBufferAsync(options.MaxAnswerBytes, either.Token);
            }

            var answer = response;
            response = null;
            return answer;
        }
        catch (OperationCanceledException problem) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {request.Timeout.TotalSeconds:0.#} s", problem);
        }
        catch (IOException problem)
        {
            throw new HttpRequestException(problem.Message, problem);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private HttpRequestMessage ToMessage(ApiRequest request, ClusterCredential credential)
    {
        var message = new HttpRequestMessage(request.Method, root + request.Path + request.Query)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.Authorization = credential.Authorization;
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        message.Headers.UserAgent.Add(UserAgent);

        // The name that TLS asks for and checks is the one of the Host header.
        message.Headers.Host = configuration.TlsServerName;
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(request.MediaType) } };
        }

        return message;
    }

    [LoggerMessage(EventName = "ApiCallRetried", Level = LogLevel.Debug, Message = "{Method} {Path} is tried again in {Delay} after try {Tries}: {Reason}")]
    private partial void LogRetry(string method, string path, TimeSpan delay, int tries, string reason);
}
