using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Local.Commands.Models;

namespace TextOps.Local.Commands.Pull;

/// <summary>A version of a model, pinned until it is let go.</summary>
internal sealed class ModelSource : IVersionSource
{
    private readonly ModelRegistry registry;
    private readonly RegisteredModel model;
    private readonly string holder = $"pull-{Guid.NewGuid():N}";

    private ModelSource(ModelRegistry registry, RegisteredModel model) => (this.registry, this.model, Content) = (registry, model, registry.VersionContent(model));

    /// <inheritdoc/>
    public string Title => $"model {model.Card.Name} {VersionNumber.Name(model.Card.Version)}";

    /// <inheritdoc/>
    public VersionContent Content { get; }

    /// <summary>Finds and pins a version. A store that may only be read is copied from without a pin.</summary>
    /// <exception cref="StoreRefusedException">There is no such version.</exception>
    public static async Task<ModelSource> OpenAsync(ModelRegistry registry, ModelReference reference, string @namespace, CancellationToken cancellationToken)
    {
        var source = new ModelSource(registry, await reference.ResolveAsync(registry, @namespace, cancellationToken));
        try
        {
            await registry.Pins.PutAsync(source.model.Card.Name, source.model.Card.Version, source.holder, TimeProvider.System.GetUtcNow(), cancellationToken);
        }
        catch (StoreRefusedException exception)
        {
            if (!await source.IsThereAsync(cancellationToken))
            {
                throw;
            }

            await Console.Error.WriteLineAsync($"textops: copying without a pin: {exception.Message}");
        }

        return source;
    }

    /// <inheritdoc/>
    public async Task<bool> IsThereAsync(CancellationToken cancellationToken) => await registry.ReadAsync(model.Card.Name, model.Card.Version, cancellationToken) is not null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await registry.Pins.RemoveAsync(model.Card.Name, holder, CancellationToken.None);
        }
        catch (StoreRefusedException)
        {
            // Then it holds for the rest of its day; what was copied counts.
        }
    }
}
