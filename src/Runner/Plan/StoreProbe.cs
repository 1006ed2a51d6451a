using TextOps.Artifacts.Stores;

namespace TextOps.Runner.Plan;

/// <summary>Finds out, before any work is done, whether a store can take a version.</summary>
internal static class StoreProbe
{
    /// <summary>Writes and removes a small object below <paramref name="folder"/>, and sees whether the store keeps it from being created twice.</summary>
    /// <exception cref="StoreRefusedException">The store is not writable, or ignores the condition: then two runs could take the same version.</exception>
    public static async Task CheckAsync(IObjectStore store, string folder, CancellationToken cancellationToken)
    {
        // A name of its own for each probe, so that two at once do not judge each other's writes.
        var key = $"{folder}_probe-{Guid.NewGuid():N}";
        await store.PutAsync(key, "probe"u8.ToArray(), PutCondition.IfNoneMatch, cancellationToken);
        try
        {
            await store.PutAsync(key, "probe"u8.ToArray(), PutCondition.IfNoneMatch, cancellationToken);
        }
        catch (PreconditionFailedException)
        {
            return;
        }
        finally
        {
            await store.DeleteAsync(key, CancellationToken.None);
        }

        throw new StoreRefusedException(
            $"{store.Uri} ignores the condition If-None-Match of a write, so that two runs could take the same version; use a store that has conditional writes");
    }
}
