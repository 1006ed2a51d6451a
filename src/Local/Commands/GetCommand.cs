using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Generator;
using TextOps.Crds.Yaml;
using TextOps.Local.Display;

namespace TextOps.Local.Commands;

/// <summary><c>textops get KIND [NAME]</c>: shows objects of a store as <c>kubectl get</c> would.</summary>
internal static class GetCommand
{
    public static Command Create()
    {
        var kind = new Argument<string>("KIND") { Description = "embeddingjobs, embeddingjob, ej, or textops for all kinds." };
        var name = new Argument<string?>("NAME") { Arity = ArgumentArity.ZeroOrOne, Description = "One object; all where left out." };
        var store = CommonOptions.Store();
        var @namespace = CommonOptions.Namespace();
        var all = new Option<bool>("--all-namespaces", "-A") { Description = "Objects of all namespaces." };
        var output = new Option<string>("--output", "-o") { HelpName = "FORMAT", Description = "wide, yaml, json or name; a table by default.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "wide", "yaml", "json", "name");
        var command = new Command("get", "Shows objects of a store as kubectl get would. Exit code 0, or 1 where NAME is not there.") { kind, name, store, @namespace, all, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            RequireKind(parsed.GetRequiredValue(kind));
            var scope = parsed.GetValue(all) ? null : parsed.GetRequiredValue(@namespace);
            await using var local = LocalStore.OpenReadOnly(ExistingStore(parsed.GetRequiredValue(store)));
            foreach (var damaged in local.Damaged)
            {
                await Console.Error.WriteLineAsync($"textops: skipped a damaged object: {damaged}");
            }

            var list = await local.Cluster.ListAsync<EmbeddingJob>(scope, null, cancellationToken);
            var wanted = parsed.GetValue(name);
            var found = list.Items.Where(job => wanted is null || job.Metadata.Name == wanted)
                .OrderBy(job => job.Metadata.Namespace, StringComparer.Ordinal).ThenBy(job => job.Metadata.Name, StringComparer.Ordinal).Select(ObjectJson.Of).ToList();
            if (found.Count == 0)
            {
                await Console.Error.WriteLineAsync(wanted is null
                    ? $"No resources found{(scope is null ? "" : $" in {scope} namespace")}."
                    : $"Error from server (NotFound): embeddingjobs.{ApiGroup.Name} \"{Printable.OneLine(wanted, 253)}\" not found");
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

    private static string Render(List<JsonObject> objects, string output, bool single, bool withNamespace)
    {
        switch (output)
        {
            case "yaml":
                return single ? YamlWriter.Write(objects[0]) : YamlWriter.Write(List(objects));
            case "json":
                return (single ? objects[0] : List(objects)).ToJsonString(Json.Readable) + "\n";
            case "name":
                return string.Concat(objects.Select(item => $"embeddingjob.{ApiGroup.Name}/{item["metadata"]!["name"]}\n"));
            default:
                return new ResourceTable(CustomResourceDefinitions.Of<EmbeddingJob>(), TimeProvider.System).Render(objects, output == "wide", withNamespace);
        }
    }

    private static JsonObject List(List<JsonObject> objects) =>
        new() { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. objects]) };

    private static void RequireKind(string kind)
    {
        var names = CustomResourceDefinitions.Of<EmbeddingJob>()["spec"]!["names"]!;
        string[] known =
        [
            names["kind"]!.GetValue<string>(),
            names["plural"]!.GetValue<string>(),
            names["singular"]!.GetValue<string>(),
            .. names["shortNames"]!.AsArray().Select(name => name!.GetValue<string>()),
            .. names["categories"]!.AsArray().Select(name => name!.GetValue<string>()),
        ];
        if (!known.Contains(kind.Split('.')[0], StringComparer.OrdinalIgnoreCase))
        {
            var nearest = NearestName.Of(kind, known);
            throw new UsageException($"there is no kind \"{Printable.OneLine(kind, 100)}\"; {(nearest is null ? $"use one of {string.Join(", ", known)}" : $"did you mean {nearest}?")}");
        }
    }
}
