using Microsoft.AspNetCore.Http;

namespace TextOps.Kubernetes.Tests.Rest.Faults;

/// <summary>A request that reached a <see cref="FaultProxy"/>.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path.</param>
/// <param name="Query">Its parameters.</param>
/// <param name="Authorization">Who asked.</param>
/// <param name="Protocol">HTTP version.</param>
/// <param name="MediaType">What the body is.</param>
/// <param name="Body">The body as text.</param>
internal sealed record SeenRequest(string Method, string Path, IQueryCollection Query, string Authorization, string Protocol, string? MediaType, string Body)
{
    /// <summary>A parameter of the query; empty where it is not there.</summary>
    public string this[string parameter] => Query[parameter].ToString();

    public bool IsWatch => Query.ContainsKey("watch");

    /// <summary>A list of a kind, or one page of it.</summary>
    public bool IsList => Method == "GET" && !IsWatch;

    public static async Task<SeenRequest> OfAsync(HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        return new SeenRequest(
            request.Method, request.Path.ToString(), request.Query, request.Headers.Authorization.ToString(), request.Protocol, request.ContentType, await body.ReadToEndAsync());
    }
}
