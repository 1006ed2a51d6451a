using System.Net;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Hosting.Http;

namespace TextOps.Runner.Progress;

/// <summary>Serves <c>/progress</c> and <c>/healthz</c> while a task runs.</summary>
internal static class ProgressServer
{
    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address is in use, or is not the machine's.</exception>
    public static Task<HttpEndpoint> StartAsync(IPEndPoint listen, ProgressMeter meter, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<string, Func<string?, HttpAnswer>>(StringComparer.Ordinal)
        {
            ["/progress"] = _ => new HttpAnswer(200, "application/json", JsonSerializer.Serialize(meter.Snapshot(), Json.Objects)),
            ["/healthz"] = _ => new HttpAnswer(200, "text/plain", "ok"),
        };
        return HttpEndpoint.StartAsync(new ListenAddress(listen.Address, listen.Port), answers, cancellationToken);
    }
}
