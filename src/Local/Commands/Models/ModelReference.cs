using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Models;

/// <summary>What a person writes for a model or version: <c>NAME</c>, <c>NAME@3</c>, <c>NAME@champion</c>.</summary>
/// <param name="Name">The name, as it was given.</param>
/// <param name="Version">What follows the '@'; null where there is none.</param>
internal sealed record ModelReference(string Name, string? Version)
{
    /// <summary>Takes <paramref name="text"/> apart.</summary>
    /// <exception cref="UsageException">It has an '@' and nothing before or after it.</exception>
    public static ModelReference Parse(string text)
    {
        var at = text.LastIndexOf('@');
        return at switch
        {
            < 0 => new ModelReference(text, Version: null),
            _ when at == 0 || at == text.Length - 1 => throw new UsageException($"'{Printable.OneLine(text, 200)}' is not NAME, NAME@VERSION or NAME@ALIAS"),
            _ => new ModelReference(text[..at], text[(at + 1)..]),
        };
    }

    /// <summary>The name in full: as it was given where there is such a model, or with the namespace before it where there is that one.</summary>
    public static async Task<string> FullNameAsync(ModelRegistry registry, string name, string @namespace, CancellationToken cancellationToken)
    {
        var full = $"{@namespace}.{name}";
        return ModelLayout.IsModel(name)
            && ModelLayout.IsModel(full)
            && !(await registry.ListVersionsAsync(name, cancellationToken)).Any(version => version.Committed)
            && (await registry.ListVersionsAsync(full, cancellationToken)).Any(version => version.Committed)
            ? full
            : name;
    }

    /// <summary>The version that is meant.</summary>
    /// <exception cref="StoreRefusedException">There is none.</exception>
    public async Task<RegisteredModel> ResolveAsync(ModelRegistry registry, string @namespace, CancellationToken cancellationToken) =>
        await registry.ResolveAsync(await FullNameAsync(registry, Name, @namespace, cancellationToken), Version, cancellationToken);
}
