using System.CommandLine;
using TextOps.Artifacts.Registry;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Models;

/// <summary><c>textops models diff NAME@a NAME@b</c>: what is different between two versions.</summary>
internal static class ModelsDiffCommand
{
    public static Command Create()
    {
        var before = ModelsCommand.Reference("BEFORE", "The one version.");
        var after = ModelsCommand.Reference("AFTER", "The other version.");
        var store = CommonOptions.StoreOrUri();
        var @namespace = CommonOptions.ModelNamespace();
        var command = new Command("diff", "Compares two versions: parameters, features, data, labels, and metrics with their difference. Exit code 0 where they are equal (measured times aside), "
            + "1 where they differ, 2 where one is not there.")
        {
            before, after, store, @namespace,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var registry = new ModelRegistry(StoreLocation.Of(parsed.GetRequiredValue(store)).Open());
            var names = parsed.GetRequiredValue(@namespace);
            var left = await ModelReference.Parse(parsed.GetRequiredValue(before)).ResolveAsync(registry, names, cancellationToken);
            var right = await ModelReference.Parse(parsed.GetRequiredValue(after)).ResolveAsync(registry, names, cancellationToken);
            var difference = new ModelDifference(left.Card, right.Card);
            await Console.Out.WriteAsync(difference.Render());
            return difference.IsEqual ? 0 : 1;
        });
        return command;
    }
}
