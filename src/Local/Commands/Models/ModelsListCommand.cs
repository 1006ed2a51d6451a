using System.CommandLine;
using System.Text.Json;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds;
using TextOps.Local.Display;

namespace TextOps.Local.Commands.Models;

/// <summary><c>textops models list</c>: a line for each model.</summary>
internal static class ModelsListCommand
{
    public static Command Create()
    {
        var store = CommonOptions.StoreOrUri();
        var output = new Option<string>("--output", "-o") { HelpName = "FORMAT", Description = "table or json.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        var command = new Command("list", "Lists the models of a registry with their newest version, its value of the objective, and their aliases.") { store, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var location = StoreLocation.Of(parsed.GetRequiredValue(store));
            var models = await ReadAsync(new ModelRegistry(location.Open()), cancellationToken);
            if (parsed.GetRequiredValue(output) == "json")
            {
                await Console.Out.WriteAsync(JsonSerializer.Serialize(models, Json.Readable) + "\n");
            }
            else if (models.Count == 0)
            {
                await Console.Error.WriteLineAsync($"No models found in {location.Uri}.");
            }
            else
            {
                await Console.Out.WriteAsync(Render(models, TimeProvider.System.GetUtcNow()));
            }

            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<ModelSummary>> ReadAsync(ModelRegistry registry, CancellationToken cancellationToken)
    {
        var models = new List<ModelSummary>();
        foreach (var name in await registry.ListModelsAsync(cancellationToken))
        {
            try
            {
                var versions = (await registry.ListVersionsAsync(name, cancellationToken)).Where(version => version.Committed).Select(version => version.Version).ToList();
                if (await registry.ReadNewestAsync(name, owner: null, cancellationToken) is { } newest)
                {
                    models.Add(ModelSummary.Of(newest, versions, await registry.Aliases.ListAsync(name, cancellationToken)));
                }
            }
            catch (StoreRefusedException exception)
            {
                // One damaged model does not hide the others.
                await Console.Error.WriteLineAsync($"textops: skipped {name}: {exception.Message}");
            }
        }

        return models;
    }

    private static string Render(IEnumerable<ModelSummary> models, DateTimeOffset now) => TextTable.Align(
    [
        ["NAME", "VERSIONS", "LATEST", "ALIASES", "METRIC", "UPDATED"],
        .. models.Select(model => (string[])
        [
            model.Name,
            $"{model.Versions.Count}",
            model.Latest,
            string.Join(", ", model.Aliases.Select(alias => $"{alias.Key}={alias.Value}")),
            model.Value is { } value ? $"{Printable.OneLine(model.Metric, 80)}={MetricText.Value(model.Metric, value)}" : "",
            ResourceTable.Age(now - model.Updated),
        ]),
    ]);

    /// <summary>A model of the list; the fields of <c>-o json</c>.</summary>
    private sealed record ModelSummary(
        string Name, IReadOnlyList<string> Versions, string Latest, string Digest, string Uri, IReadOnlyDictionary<string, string> Aliases, string Metric, double? Value, DateTimeOffset Updated)
    {
        public static ModelSummary Of(RegisteredModel newest, IEnumerable<int> versions, IReadOnlyDictionary<string, ModelAlias> aliases) => new(
            newest.Card.Name,
            [.. versions.Select(VersionNumber.Name)],
            VersionNumber.Name(newest.Card.Version),
            newest.Digest,
            newest.Uri,
            aliases.ToDictionary(alias => alias.Key, alias => VersionNumber.Name(alias.Value.Version), StringComparer.Ordinal),
            newest.Card.Evaluation.Objective,
            newest.Card.Evaluation.Metrics.TryGetValue(newest.Card.Evaluation.Objective, out var value) ? value : null,
            newest.Card.Created);
    }
}
