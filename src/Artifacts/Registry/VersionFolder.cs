using System.Security.Cryptography;
using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Registry;

/// <summary>A version's folder on this machine, wherever it lies: it is trusted no more than one of a store.</summary>
public static class VersionFolder
{
    private const string Restore = "copy the version again";

    /// <summary>The version whose card lies in <paramref name="folder"/>, its files compared with the card; null where there is no card.</summary>
    /// <exception cref="StoreRefusedException">The card is damaged, or a file differs from it.</exception>
    public static async Task<RegisteredModel?> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, ModelLayout.CardFile);
        if (!File.Exists(path))
        {
            return null;
        }

        var uri = FileUri.FromPath(path);
        if (new FileInfo(path).Length > ModelRegistry.MaxCardBytes)
        {
            throw new StoreRefusedException($"{uri} is damaged: it is larger than {ModelRegistry.MaxCardBytes} bytes; {Restore}");
        }

        var content = await File.ReadAllBytesAsync(path, cancellationToken);
        var card = JsonDocuments.Parse<ModelCard>(content, uri, Restore);
        if (Fault(card) is { } fault)
        {
            throw new StoreRefusedException($"{uri} is damaged: {fault}; {Restore}");
        }

        await new VersionContent(new FileObjectStore(folder), "", [.. card.Files.Select(file => new ContentFile(file.Path, file.Bytes, file.Sha256))]).VerifyAsync(cancellationToken);
        return new RegisteredModel { Card = card, Digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}", Uri = FileUri.FromPath(folder) };
    }

    private static string? Fault(ModelCard card) =>
        !ModelLayout.IsModel(card.Name) ? $"'{card.Name}' is no name of a model"
        : card.Version < 1 ? $"version ({card.Version}) must be 1 or more"
        : CardRules.Fault(card, new ModelLayout(card.Name), card.Version);
}
