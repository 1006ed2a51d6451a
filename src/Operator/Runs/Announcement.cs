using TextOps.Kubernetes.Runtime;

namespace TextOps.Operator.Runs;

/// <summary>Something to tell the users of an object.</summary>
public sealed record Announcement(EventType Type, string Reason, string Message);
