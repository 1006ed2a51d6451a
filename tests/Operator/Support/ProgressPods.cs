using System.Collections.Concurrent;
using System.Net;

namespace TextOps.Operator.Tests.Support;

/// <summary>Pods that answer how far they are, and when they were asked.</summary>
internal sealed class ProgressPods(TimeProvider time) : HttpMessageHandler
{
    private readonly ConcurrentQueue<(DateTimeOffset At, string Pod)> asked = [];

    /// <summary>Who was asked when.</summary>
    public IReadOnlyCollection<(DateTimeOffset At, string Pod)> Asked => asked;

    /// <summary>Done, of 1,000.</summary>
    public int Done { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        asked.Enqueue((time.GetUtcNow(), request.RequestUri!.Host));
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent($$"""{"phase":"Embedding","done":{{Done}},"total":1000,"chunks":{{Done}}}""") });
    }
}
