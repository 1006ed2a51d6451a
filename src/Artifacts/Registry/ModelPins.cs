using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Registry;

/// <summary>The pins of models: who works with a version keeps it from being removed, for 24 hours from the last renewal.</summary>
public sealed class ModelPins
{
    /// <summary>How long a pin holds.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromHours(24);

    private const string Repair = "remove the file where its holder is gone";

    private readonly ModelRegistry registry;

    internal ModelPins(ModelRegistry registry) => this.registry = registry;

    /// <summary>Pins a version, or renews the pin; a holder has one pin of a model.</summary>
    /// <exception cref="StoreRefusedException">The version was removed in the meantime, or <paramref name="holder"/> is no name of one.</exception>
    public async Task PutAsync(string name, int version, string holder, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var pin = new ModelPin { Version = version, Holder = holder, Time = now };
        await JsonDocuments.WriteAsync(registry.Store, KeyOf(name, holder), pin, PutCondition.None, cancellationToken);

        // As with aliases: who removes a version either saw this pin, or the card is gone now.
        if (!await registry.IsCommittedAsync(registry.LayoutOf(name), version, cancellationToken))
        {
            await RemoveAsync(name, holder, cancellationToken);
            throw new StoreRefusedException($"{registry.UriOf(name, version)} was removed before it could be pinned; choose a version that is there");
        }
    }

    /// <summary>Removes a pin; nothing happens where there is none.</summary>
    public Task RemoveAsync(string name, string holder, CancellationToken cancellationToken) => registry.Store.DeleteAsync(KeyOf(name, holder), cancellationToken);

    /// <summary>All pins of a model, by holder; those that do not hold any more as well. Files that are no pins are left out.</summary>
    /// <exception cref="StoreRefusedException">One is damaged.</exception>
    public async Task<IReadOnlyList<ModelPin>> ListAsync(string name, CancellationToken cancellationToken)
    {
        var pins = new List<ModelPin>();
        await foreach (var holder in RegistryFiles.NamesAsync(registry.Store, registry.LayoutOf(name).Pins, ModelLayout.IsHolder, cancellationToken))
        {
            if (await JsonDocuments.ReadAsync<ModelPin>(registry.Store, KeyOf(name, holder), Repair, cancellationToken) is { } pin)
            {
                pins.Add(pin with { Holder = holder });
            }
        }

        return pins;
    }

    private string KeyOf(string name, string holder) => ModelLayout.IsHolder(holder)
        ? registry.LayoutOf(name).Pin(holder)
        : throw new StoreRefusedException(
            $"{registry.Store.UriOf(registry.LayoutOf(name).Pins[..^1])}: '{holder}' is no holder of a pin; use at most 200 letters, digits, '.', '_' and '-', a letter or digit first and last");
}
