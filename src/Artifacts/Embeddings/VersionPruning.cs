using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Embeddings;

/// <summary>Removes versions that nobody needs any more.</summary>
public static class VersionPruning
{
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    /// <summary>
    /// Removes the committed versions beyond the newest <paramref name="keep"/> (all are kept where null), but never the one that
    /// <c>latest.json</c> points to;
    /// and versions without a manifest in which nothing was written for a day, but never the newest version, so that numbers are not used
    /// again. Run records stay. A
    /// version's manifest goes first, so that it is invisible at once, and its plan last. Returns the numbers of the removed versions.
    /// </summary>
    public static async Task<IReadOnlyList<int>> PruneAsync(
        this EmbeddingVersions versions, int? keep, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(versions);
        if (keep < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(keep), keep, "at least one version is kept");
        }

        var all = await versions.ListVersionsAsync(cancellationToken);
        var latest = (await versions.ReadLatestAsync(cancellationToken))?.Version;
        var kept = all.Where(version => version.Committed).TakeLast(keep ?? int.MaxValue).Select(version => version.Version).ToHashSet();
        var removed = new List<int>();
        foreach (var (version, _, committed) in all.SkipLast(1))
        {
            if (version != latest && !kept.Contains(version) && (committed || await IsAbandonedAsync(versions, version, now, cancellationToken)))
            {
                await RemoveAsync(versions, version, cancellationToken);
                removed.Add(version);
            }
        }

        return removed;
    }

    private static async Task<bool> IsAbandonedAsync(EmbeddingVersions versions, int version, DateTimeOffset now, CancellationToken cancellationToken) =>
        !await versions.Store.WasWrittenSinceAsync(versions.Layout.VersionFolder(version), now - AbandonedAfter, cancellationToken);

    private static async Task RemoveAsync(EmbeddingVersions versions, int version, CancellationToken cancellationToken)
    {
        var plan = versions.Layout.File(version, VersionLayout.PlanFile);
        await versions.Store.DeleteAsync(versions.Layout.File(version, VersionLayout.ManifestFile), cancellationToken);
        await foreach (var file in versions.Store.ListAsync(versions.Layout.VersionFolder(version), cancellationToken))
        {
            if (file.Key != plan)
            {
                await versions.Store.DeleteAsync(file.Key, cancellationToken);
            }
        }

        await versions.Store.DeleteAsync(plan, cancellationToken);
    }
}
