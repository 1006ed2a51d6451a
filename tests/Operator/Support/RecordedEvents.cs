using TextOps.Crds.Meta;
using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Tests.Support;

/// <summary>Keeps what an operator tells.</summary>
internal sealed class RecordedEvents : IEventRecorder
{
    private readonly List<(EventType Type, string Reason, string Message)> all = [];

    public IReadOnlyList<(EventType Type, string Reason, string Message)> All => all;

    public void Event(IKubernetesObject about, EventType type, string reason, string message) => all.Add((type, reason, message));

    public IEnumerable<string> Of(string reason) => all.Where(news => news.Reason == reason).Select(news => news.Message);
}
