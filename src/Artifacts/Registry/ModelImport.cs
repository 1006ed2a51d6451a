using System.Security.Cryptography;
using System.Text;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Crds.Tasks;

namespace TextOps.Artifacts.Registry;

/// <summary>
/// Makes versions of models that were not trained here. Equal files are one version: importing them again answers with the version that is there, unless they were judged by other examples
/// this time, because a card never changes. It may be repeated and raced with.
/// </summary>
public sealed class ModelImport(ModelRegistry registry, TimeProvider time)
{
    /// <summary>The owner of imported versions, which no object can be: its name has a space.</summary>
    public static TaskOwner Owner { get; } = new() { Namespace = "textops", Name = "models import" };

    /// <summary>Registers a model.</summary>
    /// <returns>The version, and whether it was made just now.</returns>
    /// <exception cref="StoreRefusedException">The name is none, a file is not one of a model's, or it changed meanwhile.</exception>
    public async Task<(RegisteredModel Version, bool IsNew)> ImportAsync(string name, ImportedModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var files = new List<ModelFile>();
        foreach (var path in model.Files.Order(StringComparer.Ordinal))
        {
            await using var content = File.OpenRead(Path.Combine(model.Folder, path));
            files.Add(new ModelFile { Path = path, Bytes = content.Length, Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)) });
        }

        var fingerprint = Digest([$"{model.Task}", .. files.Select(file => $"{file.Sha256} {file.Path}")]);
        if (await FindAsync(name, fingerprint, model.Evaluation.Examples, cancellationToken) is { } found)
        {
            return (found, false);
        }

        var run = Digest([fingerprint, model.Evaluation.Examples?.Sha256 ?? ""])[..16];
        var now = time.GetUtcNow();
        var registration = await registry.RegisterAsync(name, Owner, run, fingerprint, now, cancellationToken);
        if (registration.Registered is { } registered)
        {
            return (registered, false);
        }

        foreach (var file in files)
        {
            if (await PutAsync(registration, model.Folder, file, cancellationToken) != file)
            {
                throw new StoreRefusedException($"{Path.Combine(model.Folder, file.Path)} changed while it was imported; import the folder again");
            }
        }

        var card = new ModelCard
        {
            ApiVersion = ApiGroup.GroupVersion,
            Name = name,
            Version = registration.Version,
            Task = model.Task,
            Created = now,
            Owner = Owner,
            RunId = run,
            Fingerprint = fingerprint,
            Signature = model.Signature,
            Evaluation = model.Evaluation,
            Files = files,
        };
        return (await registration.CommitAsync(card, cancellationToken), true);
    }

    /// <summary>The newest version of these files, judged by these examples where there are some.</summary>
    private async Task<RegisteredModel?> FindAsync(string name, string fingerprint, EvaluationExamples? examples, CancellationToken cancellationToken)
    {
        foreach (var state in (await registry.ListVersionsAsync(name, cancellationToken)).Where(version => version.Committed).Reverse())
        {
            // Null where it was removed just now.
            if (await registry.ReadAsync(name, state.Version, cancellationToken) is { } found && found.Card.Owner == Owner && found.Card.Fingerprint == fingerprint
                && (examples is null || found.Card.Evaluation.Examples?.Sha256 == examples.Sha256))
            {
                return found;
            }
        }

        return null;
    }

    private static Task<ModelFile> PutAsync(ModelRegistration registration, string folder, ModelFile file, CancellationToken cancellationToken) => registration.PutFileAsync(
        file.Path,
        async (stream, cancel) =>
        {
            await using var content = File.OpenRead(Path.Combine(folder, file.Path));
            await content.CopyToAsync(stream, cancel);
        },
        cancellationToken);

    private static string Digest(IEnumerable<string> lines) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
}
