using System.Text.Json;
using TextOps.Crds;

namespace TextOps.Kubernetes.Rest.Requests;

/// <summary>Reads the JSON of a successful answer.</summary>
internal static class ObjectReader
{
    /// <exception cref="InvalidDataException">It is no JSON, or not the JSON of a <typeparamref name="T"/>.</exception>
    public static async Task<T> ReadAsync<T>(ApiRequest request, HttpResponseMessage response, CancellationToken cancellationToken) where T : class
    {
        // All of it is here already.
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(body, Json.Objects, cancellationToken) ?? throw new JsonException("the answer is null");
        }
        catch (JsonException problem)
        {
            var excerpt = StatusDocument.Excerpt(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            throw new InvalidDataException($"{request}: {(int)response.StatusCode}, but the answer cannot be read: {problem.Message} It begins: {excerpt}", problem);
        }
    }
}
