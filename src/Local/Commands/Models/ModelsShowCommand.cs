using System.CommandLine;
using System.Text.Json.Nodes;
using TextOps.Artifacts.Registry;
using TextOps.Crds.Yaml;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Models;

/// <summary><c>textops models show NAME[@version|@alias]</c>: the card of a version.</summary>
internal static class ModelsShowCommand
{
    public static Command Create()
    {
        var name = ModelsCommand.Reference("NAME", "The version.");
        var store = CommonOptions.StoreOrUri();
        var @namespace = CommonOptions.ModelNamespace();
        var output = new Option<string>("--output", "-o") { HelpName = "FORMAT", Description = "text, yaml, or json: model.json as it is, byte by byte.", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "yaml", "json");
        var command = new Command("show", "Shows the card of a version: what it reached, its parameters, gates, lineage and files.") { name, store, @namespace, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var registry = new ModelRegistry(StoreLocation.Of(parsed.GetRequiredValue(store)).Open());
            var model = await ModelReference.Parse(parsed.GetRequiredValue(name)).ResolveAsync(registry, parsed.GetRequiredValue(@namespace), cancellationToken);
            if (parsed.GetRequiredValue(output) == "text")
            {
                var aliases = await registry.Aliases.ListAsync(model.Card.Name, cancellationToken);
                await Console.Out.WriteAsync(ModelCardText.Render(model, [.. aliases.Where(alias => alias.Value.Version == model.Card.Version).Select(alias => alias.Key)]));
                return 0;
            }

            var card = new ModelLayout(model.Card.Name).File(model.Card.Version, ModelLayout.CardFile);
            await using var content = await registry.Store.OpenReadAsync(card, offset: 0, cancellationToken);
            if (parsed.GetRequiredValue(output) == "json")
            {
                await using var standard = Console.OpenStandardOutput();
                await content.CopyToAsync(standard, cancellationToken);
            }
            else
            {
                await Console.Out.WriteAsync(YamlWriter.Write(await JsonNode.ParseAsync(content, cancellationToken: cancellationToken)));
            }

            return 0;
        });
        return command;
    }
}
