using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Registry;

/// <summary>The aliases of models: names that point to a committed version and are moved by compare-and-swap.</summary>
public sealed class ModelAliases
{
    private const string Repair = "set the alias again, or remove the file";

    private readonly ModelRegistry registry;

    internal ModelAliases(ModelRegistry registry) => this.registry = registry;

    /// <summary>An alias; null where it names nothing.</summary>
    /// <exception cref="StoreRefusedException">It is damaged, or no name of an alias.</exception>
    public Task<ModelAlias?> ReadAsync(string name, string alias, CancellationToken cancellationToken) =>
        JsonDocuments.ReadAsync<ModelAlias>(registry.Store, KeyOf(name, alias), Repair, cancellationToken);

    /// <summary>All aliases of a model, in order. Files that are no aliases are left out.</summary>
    /// <exception cref="StoreRefusedException">One is damaged.</exception>
    public async Task<IReadOnlyDictionary<string, ModelAlias>> ListAsync(string name, CancellationToken cancellationToken)
    {
        var aliases = new SortedDictionary<string, ModelAlias>(StringComparer.Ordinal);
        await foreach (var alias in RegistryFiles.NamesAsync(registry.Store, registry.LayoutOf(name).Aliases, ModelLayout.IsAlias, cancellationToken))
        {
            if (await ReadAsync(name, alias, cancellationToken) is { } found)
            {
                aliases[alias] = found;
            }
        }

        return aliases;
    }

    /// <summary>
    /// Lets an alias name <paramref name="target"/>. False where it names another version than <paramref name="expected"/>; where it names the target already, that is as good as set.
    /// </summary>
    /// <exception cref="StoreRefusedException">The target was removed in the meantime (then the alias is as before), or <paramref name="alias"/> is no name of one.</exception>
    public async Task<bool> TrySetAsync(RegisteredModel target, string alias, AliasExpectation expected, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var (name, version) = (target.Card.Name, target.Card.Version);
        var key = KeyOf(name, alias);
        var wanted = new ModelAlias { Version = version, Digest = target.Digest, Updated = now };
        ModelAlias? before = null;
        var met = true;
        var written = await JsonDocuments.SwapAsync<ModelAlias>(
            registry.Store,
            key,
            Repair,
            current =>
            {
                before = current;
                var there = current?.Version == wanted.Version && current.Digest == wanted.Digest;
                met = there || expected.IsMetBy(current);
                return met && !there ? wanted : null;
            },
            cancellationToken);

        // Removing a version looks at the aliases, removes the card and looks again: either it saw this alias, or the card is gone now.
        if (met && !await registry.IsCommittedAsync(registry.LayoutOf(name), version, cancellationToken))
        {
            await UndoAsync(key, written, before, cancellationToken);
            throw new StoreRefusedException($"{target.Uri} was removed while alias '{alias}' was set to it; set the alias to a version that is there");
        }

        return met;
    }

    /// <summary>
    /// Removes an alias. False where it names another version than <paramref name="expected"/>. (Stores remove without a condition: an alias that is moved between the look and the
    /// removal is removed all the same.)
    /// </summary>
    public async Task<bool> TryRemoveAsync(string name, string alias, AliasExpectation expected, CancellationToken cancellationToken)
    {
        // What is damaged is removed only where nothing is expected of it.
        if (!expected.IsAny && !expected.IsMetBy(await ReadAsync(name, alias, cancellationToken)))
        {
            return false;
        }

        await registry.Store.DeleteAsync(KeyOf(name, alias), cancellationToken);
        return true;
    }

    private async Task UndoAsync(string key, ModelAlias? written, ModelAlias? before, CancellationToken cancellationToken)
    {
        if (written is null)
        {
            return;
        }

        if (before is null)
        {
            await registry.Store.DeleteAsync(key, cancellationToken);
        }
        else
        {
            await JsonDocuments.SwapAsync<ModelAlias>(registry.Store, key, Repair, current => current?.Version == written.Version && current.Digest == written.Digest ? before : null, cancellationToken);
        }
    }

    private string KeyOf(string name, string alias) => ModelLayout.IsAlias(alias)
        ? registry.LayoutOf(name).Alias(alias)
        : throw new StoreRefusedException(
            $"{registry.Store.UriOf(registry.LayoutOf(name).Aliases[..^1])}: '{alias}' is no name of an alias; use at most 63 lower-case letters, digits and '-', a letter or digit first and last");
}

/// <summary>What an alias must name for it to be moved.</summary>
public readonly record struct AliasExpectation
{
    private AliasExpectation(bool any, int? version) => (IsAny, Version) = (any, version);

    /// <summary>Whatever it names, or nothing.</summary>
    public static AliasExpectation Any { get; } = new(any: true, version: null);

    /// <summary>Nothing: there is no such alias.</summary>
    public static AliasExpectation None { get; }

    /// <summary>Whether anything will do.</summary>
    public bool IsAny { get; }

    /// <summary>The version; null for none.</summary>
    public int? Version { get; }

    /// <summary>This version.</summary>
    public static AliasExpectation Of(int version) => new(any: false, version);

    /// <summary>Whether <paramref name="current"/> is what is expected.</summary>
    public bool IsMetBy(ModelAlias? current) => IsAny || current?.Version == Version;
}
