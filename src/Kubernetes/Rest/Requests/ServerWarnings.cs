using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using TextOps.Crds;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>Logs what the server warns of (Warning headers: deprecated versions, unknown fields), each text once.</summary>
internal sealed partial class ServerWarnings(ILogger logger)
{
    private const int MaxBytes = 256;
    private const int MaxKept = 1000;

    private readonly ConcurrentDictionary<string, bool> seen = [];

    public void Note(ApiRequest request, HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.Contains("Warning"))
        {
            return;
        }

        foreach (var warning in headers.Warning)
        {
            var text = Ellipsis.Cut(Unquote(warning.Text), MaxBytes);

            // A server that makes up new ones all the time fills neither the memory nor the log.
            if (seen.Count < MaxKept && seen.TryAdd(text, true))
            {
                LogWarning(request.Method.Method, request.Path, text);
            }
        }
    }

    /// <summary>What stands in a quoted string (RFC 9110), on one line.</summary>
    private static string Unquote(string quoted)
    {
        var text = new StringBuilder();
        for (var i = 1; i < quoted.Length - 1; i++)
        {
            i += quoted[i] == '\\' && i < quoted.Length - 2 ? 1 : 0;
            text.Append(char.IsControl(quoted[i]) ? ' ' : quoted[i]);
        }

        return text.ToString();
    }

    [LoggerMessage(EventName = "ApiServerWarning", Level = LogLevel.Information, Message = "The API server warns about {Method} {Path}: {Warning}")]
    private partial void LogWarning(string method, string path, string warning);
}
