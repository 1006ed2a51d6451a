using System.Net;

namespace TextOps.Kubernetes.Rest.Transport;

/// <summary>
/// The proxy before an API server. Beyond what .NET does with the environment's: it is not used for this machine, and <c>NO_PROXY</c> may name networks
/// (<c>10.0.0.0/8</c>), as it does in clusters, where the API server is an address of one.
/// </summary>
internal static class ServerProxy
{
    /// <summary>The proxy for <paramref name="server"/>; null: none.</summary>
    public static IWebProxy? For(Uri server, Uri? configured)
    {
        if (configured is not null)
        {
            return new WebProxy(configured) { Credentials = Credentials(configured.UserInfo) };
        }

        var noProxy = Environment.GetEnvironmentVariable("NO_PROXY") ?? Environment.GetEnvironmentVariable("no_proxy") ?? "";
        return server.IsLoopback || IsInNetwork(server, noProxy) ? null : HttpClient.DefaultProxy;
    }

    /// <summary>Whether the server is an address of one of the networks in a list like <c>NO_PROXY</c>'s.</summary>
    public static bool IsInNetwork(Uri server, string networks) =>
        IPAddress.TryParse(server.DnsSafeHost, out var address)
        && networks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Any(entry => IPNetwork.TryParse(entry, out var network) && network.Contains(address));

    private static NetworkCredential? Credentials(string userInfo)
    {
        if (userInfo.Length == 0)
        {
            return null;
        }

        var parts = userInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
