using System.CommandLine;
using TextOps.Artifacts.Registry;
using TextOps.Local.Commands.Models;
using TextOps.Local.Commands.Pull;
using TextOps.Local.Display;

namespace TextOps.Local.Commands;

/// <summary><c>textops pull KIND NAME[@version] DIR</c>: copies a whole version out of a store.</summary>
internal static class PullCommand
{
    public static Command Create()
    {
        var kind = new Argument<string>("KIND") { Description = "model or embeddings." };
        kind.AcceptOnlyFromAmong("model", "embeddings");
        var name = ModelsCommand.Reference("NAME", "The version.");
        var folder = new Argument<string>("DIR") { Description = "The folder that it becomes; it must be empty or not there, or hold this version already." };
        var store = CommonOptions.StoreOrUri();
        var @namespace = CommonOptions.ModelNamespace();
        var command = new Command("pull", "Copies a whole version into a folder; every file is compared with its digest, and the folder is there when all are. Exit code 0, or 2 where the version or "
            + "the folder will not do.")
        {
            kind, name, folder, store, @namespace,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var location = StoreLocation.Of(parsed.GetRequiredValue(store));
            var reference = ModelReference.Parse(parsed.GetRequiredValue(name));
            var names = parsed.GetRequiredValue(@namespace);
            await using IVersionSource source = parsed.GetRequiredValue(kind) == "model"
                ? await ModelSource.OpenAsync(new ModelRegistry(location.Open()), reference, names, cancellationToken)
                : await EmbeddingsSource.OpenAsync(location, reference, names, cancellationToken);
            var target = new PullFolder(parsed.GetRequiredValue(folder));
            var copied = await target.FillAsync(source, cancellationToken);
            await Console.Out.WriteLineAsync(copied
                ? $"pulled {source.Title} into {target.Path}: {source.Content.Files.Count} files, {MetricText.Bytes(source.Content.Bytes)}, each with its digest"
                : $"{target.Path} holds {source.Title} already: every file has its digest");
            return 0;
        });
        return command;
    }
}
