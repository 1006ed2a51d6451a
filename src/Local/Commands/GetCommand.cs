using System.CommandLine;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.Yaml;
using TextOps.Local.Commands.Kinds;
using TextOps.Local.Display;

namespace TextOps.Local.Commands;

/// <summary><c>textops get KIND [NAME]</c>: shows objects of a store as <c>kubectl get</c> would.</summary>
internal static class GetCommand
{
    public static Command Create()
    {
        var kind = new Argument<string>("KIND") { Description = "embeddingjobs (ej), trainingruns (tr), modeldeployments (md), or all." };
        var name = new Argument<string?>("NAME") { Arity = ArgumentArity.ZeroOrOne, Description = "One object; all where left out." };
        var store = CommonOptions.Store();
        var @namespace = CommonOptions.Namespace();
        var all = new Option<bool>("--all-namespaces", "-A") { Description = "Objects of all namespaces." };
        var output = new Option<string>("--output", "-o") { HelpName = "FORMAT", Description = "wide, yaml, json or name; a table by default.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "wide", "yaml", "json", "name");
        var command = new Command("get", "Shows objects of a store as kubectl get would. Exit code 0, or 1 where NAME is not there.") { kind, name, store, @namespace, all, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var kinds = LocalKind.Find(parsed.GetRequiredValue(kind));
            var scope = parsed.GetValue(all) ? null : parsed.GetRequiredValue(@namespace);
            await using var local = LocalStore.OpenReadOnly(ExistingStore(parsed.GetRequiredValue(store)));
            foreach (var damaged in local.Damaged)
            {
                await Console.Error.WriteLineAsync($"textops: skipped a damaged object: {damaged}");
            }

            var wanted = parsed.GetValue(name);
            var found = new List<(LocalKind Kind, List<JsonObject> Objects)>();
            foreach (var each in kinds)
            {
                List<JsonObject> objects =
                [
                    .. (await each.ListAsync(local.Cluster, scope, cancellationToken)).Where(item => wanted is null || item.Metadata.Name == wanted)
                        .OrderBy(item => item.Metadata.Namespace, StringComparer.Ordinal).ThenBy(item => item.Metadata.Name, StringComparer.Ordinal).Select(ObjectJson.Of),
                ];
                if (objects.Count > 0)
                {
                    found.Add((each, objects));
                }
            }

            if (found.Count == 0)
            {
                await Console.Error.WriteLineAsync(wanted is null
                    ? $"No resources found{(scope is null ? "" : $" in {scope} namespace")}."
                    : $"Error from server (NotFound): {string.Join(", ", kinds.Select(each => each.Resource))} \"{Printable.OneLine(wanted, 253)}\" not found");
                return wanted is null ? 0 : 1;
            }

            await Console.Out.WriteAsync(Render(found, parsed.GetRequiredValue(output), single: wanted is not null && scope is not null, withNamespace: scope is null));
            return 0;
        });
        return command;
    }

    /// <summary>The folder, where it is one.</summary>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static string ExistingStore(string folder) => Directory.Exists(folder)
        ? folder
        : throw new UsageException($"--store {folder} does not exist; name the folder that textops run used, or run textops run first");

    private static string Render(List<(LocalKind Kind, List<JsonObject> Objects)> found, string output, bool single, bool withNamespace)
    {
        List<JsonObject> objects = [.. found.SelectMany(item => item.Objects)];
        switch (output)
        {
            case "yaml":
                return YamlWriter.Write(single && objects.Count == 1 ? objects[0] : List(objects));
            case "json":
                return (single && objects.Count == 1 ? objects[0] : List(objects)).ToJsonString(Json.Readable) + "\n";
            case "name":
                return string.Concat(found.SelectMany(item => item.Objects.Select(one => $"{item.Kind.Singular}/{one["metadata"]!["name"]}\n")));
            default:
                // As kubectl: a table for each kind, with the kind before the names where there are several.
                return string.Join('\n', found.Select(item => new ResourceTable(item.Kind.Definition, TimeProvider.System)
                    .Render(item.Objects, output == "wide", withNamespace, found.Count > 1 ? $"{item.Kind.Singular}/" : "")));
        }
    }

    private static JsonObject List(List<JsonObject> objects) =>
        new() { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. objects]) };
}
