using System.Globalization;
using System.Text;
using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Tests.Stores;

/// <summary>A number in an object, which many count up at once.</summary>
internal static class Counter
{
    public static async Task AddOneAsync(IObjectStore store, string key)
    {
        while (true)
        {
            var head = await store.HeadAsync(key, CancellationToken.None);
            var value = int.Parse(await store.ReadTextAsync(key), CultureInfo.InvariantCulture);
            try
            {
                await store.PutTextAsync(key, (value + 1).ToString(CultureInfo.InvariantCulture), PutCondition.IfMatch(head!.ETag!));
                return;
            }
            catch (PreconditionFailedException)
            {
                // Somebody else was faster.
            }
        }
    }

    public static async Task<string> ReadTextAsync(this IObjectStore store, string key, long offset = 0)
    {
        using var reader = new StreamReader(await store.OpenReadAsync(key, offset, CancellationToken.None), Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    public static Task<ObjectInfo> PutTextAsync(this IObjectStore store, string key, string text, PutCondition condition = default) =>
        store.PutAsync(key, Encoding.UTF8.GetBytes(text), condition, CancellationToken.None);

    public static async Task<IReadOnlyList<string>> KeysAsync(this IObjectStore store, string prefix)
    {
        var keys = new List<string>();
        await foreach (var found in store.ListAsync(prefix, CancellationToken.None))
        {
            keys.Add(found.Key);
        }

        return keys;
    }
}
