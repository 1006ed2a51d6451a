using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Rest.Requests;

namespace TextOps.Kubernetes.Rest.Watching;

/// <summary>One line of a watch: <c>{"type": …, "object": …}</c> (metav1.WatchEvent).</summary>
internal static class WatchLine
{
    /// <summary>On the bookmark after the last object that was there when the watch started (KEP-3157).</summary>
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    /// <summary>What the line tells.</summary>
    /// <param name="what">The watch in messages.</param>
    /// <exception cref="KubernetesException">It tells of an error.</exception>
    /// <exception cref="InvalidDataException">It is no event of a <typeparamref name="T"/>.</exception>
    public static WatchEvent<T> Read<T>(ReadOnlySpan<byte> line, string what) where T : class, IKubernetesObject
    {
        try
        {
            switch (Split(line, out var content))
            {
                case "ADDED":
                    return Change<T>(WatchEventType.Added, content);
                case "MODIFIED":
                    return Change<T>(WatchEventType.Modified, content);
                case "DELETED":
                    return Change<T>(WatchEventType.Deleted, content);
                case "BOOKMARK":
                    var mark = Deserialize<Bookmark>(content).Metadata;
                    var isEnd = mark.Annotations?.GetValueOrDefault(InitialEventsEnd) == "true";
                    return new WatchEvent<T>(isEnd ? WatchEventType.Synced : WatchEventType.Bookmark, null, Version(mark));
                case "ERROR":
                    throw Deserialize<StatusDocument>(content).ToException();
                case var type:
                    throw new JsonException($"type \"{type}\" is not known");
            }
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{what}: an event cannot be read: {problem.Message} It begins: {StatusDocument.Excerpt(line)}", problem);
        }
    }

    private static WatchEvent<T> Change<T>(WatchEventType type, ReadOnlySpan<byte> content) where T : class, IKubernetesObject
    {
        var entity = Deserialize<T>(content);
        return new WatchEvent<T>(type, entity, Version(entity.Metadata));
    }

    private static string Version(V1ObjectMeta metadata) =>
        metadata.ResourceVersion is { Length: > 0 } version ? version : throw new JsonException("object.metadata.resourceVersion is missing");

    private static T Deserialize<T>(ReadOnlySpan<byte> content) where T : class =>
        JsonSerializer.Deserialize<T>(content, Json.Objects) ?? throw new JsonException("object is missing");

    /// <summary>The event's type and the JSON of its object.</summary>
    private static string Split(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> content)
    {
        var type = "";
        content = "null"u8;
        var reader = new Utf8JsonReader(line);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("it is no JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isContent = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
            {
                type = reader.GetString()!;
            }

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isContent)
            {
                content = line[start..(int)reader.BytesConsumed];
            }
        }

        // Nothing may follow.
        reader.Read();
        return type;
    }

    private sealed record Bookmark
    {
        public required V1ObjectMeta Metadata { get; init; }
    }
}
