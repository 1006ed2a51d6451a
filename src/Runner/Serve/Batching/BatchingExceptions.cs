namespace TextOps.Runner.Serve.Batching;

/// <summary>A request was not answered in its time.</summary>
internal sealed class RequestTimedOutException() : Exception("the request was not answered in its time");

/// <summary>The server ends and runs nothing any more.</summary>
internal sealed class ServerStoppedException() : Exception("the server is stopping");

/// <summary>The model failed with an input.</summary>
/// <param name="inner">What it said.</param>
internal sealed class ModelRunException(Exception inner) : Exception(inner.Message, inner);
