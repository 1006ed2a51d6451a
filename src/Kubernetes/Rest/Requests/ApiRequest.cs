namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>One call of the API, before it is anybody's HTTP request: it may be sent several times.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path below the server's address, escaped.</param>
/// <param name="Query">Query with its question mark, or empty.</param>
internal sealed record ApiRequest(HttpMethod Method, string Path, string Query = "")
{
    /// <summary>What is sent.</summary>
    public byte[]? Body { get; init; }

    /// <summary>What <see cref="Body"/> is.</summary>
    public string MediaType { get; init; } = "application/json";

    /// <summary>Whether sending it twice does no more than sending it once, so that it may be repeated when its answer was lost.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Whether the answer is read as it comes, for as long as it comes.</summary>
    public bool IsWatch { get; init; }

    /// <summary>An object whose absence is an answer and no error.</summary>
    public string? MayBeMissing { get; init; }

    /// <summary>How long one try may take; for a watch: until it starts.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The call in messages.</summary>
    public override string ToString() => $"{Method} {Path}";
}
