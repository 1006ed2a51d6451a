using Microsoft.AspNetCore.Http;

namespace TextOps.Runner.Serve.Http;

/// <summary>A path that the server answers.</summary>
/// <param name="Index">Its number in <see cref="ApiPaths"/>.</param>
/// <param name="Method">Its method; GET takes HEAD as well.</param>
/// <param name="AnswerAsync">Answers a request, or throws <see cref="RefusedRequestException"/>.</param>
internal sealed record ApiPath(int Index, string Method, Func<HttpContext, Task> AnswerAsync)
{
    /// <summary>Whether its errors have OpenAI's form.</summary>
    public bool IsOpenAi => Index == ApiPaths.Embeddings;

    /// <summary>What <c>Allow</c> says.</summary>
    public string Allow => Method == HttpMethods.Get ? "GET, HEAD" : Method;

    /// <summary>Whether it takes a method.</summary>
    public bool Takes(string method) => HttpMethods.Equals(method, Method) || (Method == HttpMethods.Get && HttpMethods.IsHead(method));
}
