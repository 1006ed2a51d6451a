using System.Security.Authentication;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>Says of a call that got no answer what was asked of whom, and what to look at.</summary>
internal static class ConnectionErrors
{
    public static HttpRequestException Describe(Uri server, ApiRequest request, HttpRequestException problem)
    {
        // The outer messages say little more than "see inner exception".
        Exception cause = problem;
        while (cause.InnerException is { } inner and not OperationCanceledException)
        {
            cause = inner;
        }

        var (what, check) = problem.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => ("its name is not known", "check the server's address and DNS"),
            HttpRequestError.ConnectionError => ("no connection", "check that the API server runs, and what lies between (network policy, firewall, proxy)"),
            HttpRequestError.ProxyTunnelError => ("the proxy refused", "check proxy-url or HTTPS_PROXY and NO_PROXY"),
            HttpRequestError.SecureConnectionError when problem.InnerException is AuthenticationException =>
                ("its certificate or ours is refused", "check certificate-authority, tls-server-name and the client certificate"),
            HttpRequestError.SecureConnectionError => ("no TLS", "check that the address is that of an API server"),
            HttpRequestError.ConfigurationLimitExceeded => ("the answer is too large", "raise the limit, or ask for less"),
            _ => ("the connection broke", "check the API server's health and log"),
        };
        return new HttpRequestException(problem.HttpRequestError, $"{request} at {Address(server)}: {what} ({cause.Message}); {check}", problem);
    }

    /// <summary>The address without a user and a password that somebody may have put there.</summary>
    public static string Address(Uri server) => server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');
}
