using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Registry;

/// <summary>Removes versions of models that nobody needs any more.</summary>
public static class ModelPruning
{
    internal static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private static readonly TimeSpan RemovalTakes = TimeSpan.FromHours(1);

    /// <summary>
    /// Removes the committed versions beyond the newest <paramref name="keep"/> (all are kept where null), but none that an alias or a fresh pin names; what was claimed and not
    /// committed, and in which nothing was written for a day; and pins that do not hold any more. The highest number always stays, so that numbers are not used again. Returns the
    /// numbers of the removed versions.
    /// </summary>
    /// <remarks>
    /// A version's card goes first, so that it is invisible at once. Aliases and pins are read right before that and once more right after it: where one names the version by then,
    /// the card is put back, the same bytes. So a version that was named while it was removed is missing for that moment only; it stays missing where the process is killed in it (the
    /// alias is then refused when it is read, with what to do).
    /// </remarks>
    /// <exception cref="StoreRefusedException">An alias or pin is damaged: what it names is not known, so nothing more is removed.</exception>
    public static async Task<IReadOnlyList<int>> PruneAsync(this ModelRegistry registry, string name, int? keep, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registry);
        if (keep < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(keep), keep, "at least one version is kept");
        }

        var layout = registry.LayoutOf(name);
        var all = await registry.ListVersionsAsync(name, cancellationToken);
        var kept = all.Where(version => version.Committed).TakeLast(keep ?? int.MaxValue).Select(version => version.Version).ToHashSet();
        var removed = new List<int>();
        foreach (var (version, _, committed) in all.SkipLast(1))
        {
            if (!kept.Contains(version)
                && (committed
                    ? await TryRemoveAsync(registry, layout, version, now, cancellationToken)
                    : await TryRemoveAbandonedAsync(registry, layout, version, now, cancellationToken)))
            {
                removed.Add(version);
            }
        }

        foreach (var pin in await registry.Pins.ListAsync(name, cancellationToken))
        {
            if (!pin.IsFresh(now))
            {
                await registry.Pins.RemoveAsync(name, pin.Holder, cancellationToken);
            }
        }

        return removed;
    }

    private static async Task<bool> TryRemoveAsync(ModelRegistry registry, ModelLayout layout, int version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await IsNamedAsync(registry, layout.Name, version, now, cancellationToken) || !await TryBeginAsync(registry, layout, version, now, cancellationToken))
        {
            return false;
        }

        var key = layout.File(version, ModelLayout.CardFile);
        var card = await registry.ReadCardBytesAsync(key, cancellationToken);
        if (card is null || await IsNamedAsync(registry, layout.Name, version, now, cancellationToken))
        {
            await registry.Store.DeleteAsync(layout.File(version, ModelLayout.RemovalFile), cancellationToken);
            return false;
        }

        await registry.Store.DeleteAsync(key, cancellationToken);
        if (await IsNamedAsync(registry, layout.Name, version, now, cancellationToken))
        {
            await registry.Store.PutAsync(key, card, PutCondition.IfNoneMatch, cancellationToken);
            await registry.Store.DeleteAsync(layout.File(version, ModelLayout.RemovalFile), cancellationToken);
            return false;
        }

        await RemoveFilesAsync(registry.Store, layout.VersionFolder(version), layout.File(version, ModelLayout.ClaimFile), cancellationToken);
        return true;
    }

    /// <summary>Only one process at a time removes a version: another one could put back a card whose files are going.</summary>
    private static async Task<bool> TryBeginAsync(ModelRegistry registry, ModelLayout layout, int version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var key = layout.File(version, ModelLayout.RemovalFile);
        try
        {
            await registry.Store.PutAsync(key, "{}\n"u8.ToArray(), PutCondition.IfNoneMatch, cancellationToken);
            return true;
        }
        catch (PreconditionFailedException)
        {
            if (!await registry.Store.WasWrittenSinceAsync(key, now - RemovalTakes, cancellationToken))
            {
                // A killed process left it; the next pruning begins anew.
                await registry.Store.DeleteAsync(key, cancellationToken);
            }

            return false;
        }
    }

    private static async Task<bool> TryRemoveAbandonedAsync(ModelRegistry registry, ModelLayout layout, int version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await registry.Store.WasWrittenSinceAsync(layout.VersionFolder(version), now - AbandonedAfter, cancellationToken))
        {
            return false;
        }

        // Who commits looks at the claim before and after it creates the card: where the card is there now, it was committed with its claim, or its committer removes it.
        await registry.Store.DeleteAsync(layout.File(version, ModelLayout.ClaimFile), cancellationToken);
        if (await registry.IsCommittedAsync(layout, version, cancellationToken))
        {
            return false;
        }

        await RemoveFilesAsync(registry.Store, layout.VersionFolder(version), last: null, cancellationToken);
        return true;
    }

    private static async Task<bool> IsNamedAsync(ModelRegistry registry, string name, int version, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await registry.Aliases.ListAsync(name, cancellationToken)).Values.Any(alias => alias.Version == version)
        || (await registry.Pins.ListAsync(name, cancellationToken)).Any(pin => pin.Version == version && pin.IsFresh(now));

    private static async Task RemoveFilesAsync(IObjectStore store, string folder, string? last, CancellationToken cancellationToken)
    {
        await foreach (var file in store.ListAsync(folder, cancellationToken))
        {
            if (file.Key != last)
            {
                await store.DeleteAsync(file.Key, cancellationToken);
            }
        }

        if (last is not null)
        {
            await store.DeleteAsync(last, cancellationToken);
        }
    }
}
