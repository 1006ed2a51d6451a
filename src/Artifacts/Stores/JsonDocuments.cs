using System.Text.Json;
using System.Text.Json.Serialization;
using TextOps.Crds;

namespace TextOps.Artifacts.Stores;

/// <summary>Documents in a store: JSON that people read, with the keys of dictionaries sorted, so that equal documents are equal bytes.</summary>
public static class JsonDocuments
{
    /// <summary>Largest document that is read or written, in bytes: a manifest of some 300,000 parts.</summary>
    public const long MaxBytes = 256L * 1024 * 1024;

    private static readonly JsonSerializerOptions Options = new(Json.Readable)
    {
        RespectNullableAnnotations = true,
        Converters = { new SortedDictionaryConverter<string>(), new SortedDictionaryConverter<long>(), new SortedDictionaryConverter<double>(), new SortedDictionaryConverter<IReadOnlyList<double>>() },
    };

    /// <summary>Reads a document; null where there is none.</summary>
    /// <param name="repair">What to do about a damaged one; ends its message.</param>
    /// <exception cref="StoreRefusedException">It is damaged or too large; the message names its URI.</exception>
    public static async Task<T?> ReadAsync<T>(IObjectStore store, string key, string repair, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        try
        {
            await using var content = await store.OpenReadAsync(key, offset: 0, cancellationToken);
            await using var limited = new LimitedStream(content, MaxBytes);
            return await JsonSerializer.DeserializeAsync<T>(limited, Options, cancellationToken)
                ?? throw new JsonException("the document is null");
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            throw new StoreRefusedException($"{store.UriOf(key)} is damaged: {exception.Message}; {repair}", exception);
        }
    }

    /// <summary>Writes a document.</summary>
    /// <exception cref="PreconditionFailedException"><paramref name="condition"/> does not hold.</exception>
    public static async Task<ObjectInfo> WriteAsync<T>(IObjectStore store, string key, T document, PutCondition condition, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        return await store.PutAsync(
            key,
            async (stream, cancel) =>
            {
                await JsonSerializer.SerializeAsync(stream, document, Options, cancel);
                await stream.WriteAsync("\n"u8.ToArray(), cancel);
            },
            condition,
            cancellationToken);
    }

    /// <summary>Reads a document that is in memory.</summary>
    /// <param name="uri">Where it comes from; begins the message about a damaged one.</param>
    /// <param name="repair">What to do about a damaged one; ends its message.</param>
    /// <exception cref="StoreRefusedException">It is damaged.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> content, string uri, string repair)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(content, Options) ?? throw new JsonException("the document is null");
        }
        catch (JsonException exception)
        {
            throw new StoreRefusedException($"{uri} is damaged: {exception.Message}; {repair}", exception);
        }
    }

    /// <summary>
    /// Replaces a document by what <paramref name="next"/> makes of it (null where there is none), as one step among writers that do so; leaves it as it is where that is null.
    /// Answers what was written, or null. <paramref name="next"/> is asked again whenever somebody else was faster.
    /// </summary>
    /// <param name="repair">What to do about a damaged document; ends its message.</param>
    /// <exception cref="StoreRefusedException">The document that is there is damaged.</exception>
    public static async Task<T?> SwapAsync<T>(IObjectStore store, string key, string repair, Func<T?, T?> next, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(next);
        while (true)
        {
            // The tag first: where the document changes before it is read, the tag is old and the swap fails.
            var seen = await store.HeadAsync(key, cancellationToken);
            var current = seen is null ? null : await ReadAsync<T>(store, key, repair, cancellationToken);
            if (next(current) is not { } wanted)
            {
                return null;
            }

            try
            {
                await WriteAsync(store, key, wanted, seen is null ? PutCondition.IfNoneMatch : PutCondition.IfMatch(seen.ETag!), cancellationToken);
                return wanted;
            }
            catch (PreconditionFailedException)
            {
                // Somebody else wrote or removed it; look again.
            }
        }
    }

    /// <summary>Writes keys in ordinal order.</summary>
    private sealed class SortedDictionaryConverter<TValue> : JsonConverter<IReadOnlyDictionary<string, TValue>>
    {
        public override IReadOnlyDictionary<string, TValue> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<Dictionary<string, TValue>>(ref reader, options) ?? [];

        public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, TValue> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (name, item) in value.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, item, options);
            }

            writer.WriteEndObject();
        }
    }
}
