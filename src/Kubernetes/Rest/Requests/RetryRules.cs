using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>
/// Which calls are tried again, and when. What was not processed (429, no connection) may be sent again whatever it is; where the server may have
/// done it, only what is repeatable. An error of the server that it does not ask to come back for (500) is the caller's.
/// </summary>
internal static class RetryRules
{
    /// <summary>No try starts later than this after the first: whoever waits has something better to do by then.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan MostAsked = TimeSpan.FromSeconds(30);

    public static bool Allow(ApiRequest request, HttpStatusCode code, bool asksToComeBack) => code switch
    {
        HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => request.IsRepeatable,
        >= HttpStatusCode.InternalServerError => request.IsRepeatable && asksToComeBack,
        _ => false,
    };

    public static bool Allow(ApiRequest request, HttpRequestException problem) => problem.HttpRequestError switch
    {
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => true,

        // A handshake that breaks off is a server that just goes; a certificate that is refused stays so.
        HttpRequestError.SecureConnectionError => problem.InnerException is not AuthenticationException,
        HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.UserAuthenticationError => false,
        _ => request.IsRepeatable,
    };

    /// <summary>How long to wait after the <paramref name="tries"/>th try; doubling with jitter where the server does not say.</summary>
    public static TimeSpan Delay(int tries, TimeSpan? asked) =>
        asked is { } delay
            ? TimeSpan.FromTicks(Math.Clamp(delay.Ticks, 0, MostAsked.Ticks))
            : First * Math.Pow(2, tries - 1) * (0.5 + (Random.Shared.NextDouble() / 2));

    /// <summary>The Retry-After of an answer.</summary>
    public static TimeSpan? Asked(RetryConditionHeaderValue? retryAfter, DateTimeOffset now) => retryAfter?.Delta ?? (retryAfter?.Date - now);
}
