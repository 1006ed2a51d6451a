using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Models;
using TextOps.Crds;
using TextOps.Local.Display;
using TextOps.Local.Search;
using TextOps.Onnx.Embeddings;

namespace TextOps.Local.Commands;

/// <summary><c>textops search NAME "query"</c>: the nearest chunks of a committed version, by cosine.</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "An EmbeddingJob of the store, or the name of an output." };
        var query = new Argument<string>("QUERY") { Description = "What to look for." };
        var store = CommonOptions.Store();
        var @namespace = CommonOptions.Namespace();
        var count = new Option<int>("--top", "-k") { HelpName = "K", Description = "How many chunks are shown.", DefaultValueFactory = _ => 5 };
        count.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) || value is < 1 or > 1000))
            {
                result.AddError($"--top '{result.Tokens[0].Value}' is not a whole number from 1 to 1000");
            }
        });
        var version = new Option<int?>("--version-number") { HelpName = "N", Description = "A version; the latest by default." };
        var output = new Option<string>("--output", "-o") { HelpName = "FORMAT", Description = "text or json.", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Command("search", "Shows the chunks of a committed version that are nearest to a query, by cosine.") { name, query, store, @namespace, count, version, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = GetCommand.ExistingStore(parsed.GetRequiredValue(store));
            var versions = await EmbeddingOutputs.FindAsync(folder, parsed.GetRequiredValue(name), parsed.GetRequiredValue(@namespace), cancellationToken);
            var reader = await EmbeddingVersionReader.OpenAsync(versions, parsed.GetValue(version), cancellationToken);
            var vector = await EmbedAsync(versions, reader.Manifest, parsed.GetRequiredValue(query), cancellationToken);
            var hits = await NearestChunks.FindAsync(reader, vector, parsed.GetValue(count), cancellationToken);
            await Console.Out.WriteAsync(parsed.GetRequiredValue(output) == "json" ? RenderJson(hits) : Render(hits));
            return 0;
        });
        return command;
    }

    private static async Task<float[]> EmbedAsync(EmbeddingVersions versions, VersionManifest manifest, string query, CancellationToken cancellationToken)
    {
        var plan = await versions.ReadPlanAsync(manifest.Version, cancellationToken)
            ?? throw new UsageException($"{versions.UriOf(manifest.Version)} has no _plan.json, so its model is not known; the version is damaged");
        var model = await ModelFolder.OpenAsync(plan.Model.Uri, cancellationToken);
        await ModelFiles.VerifyAsync(model, plan.Model.Files, cancellationToken);
        using var embedder = SentenceEmbedder.Load(model, plan.Model.Settings.ToEmbedderOptions());
        var encoded = embedder.Encode(query);
        if (!encoded.Known)
        {
            throw new UsageException("the model knows no word of the query; try other words");
        }

        var vector = new float[embedder.Dimensions];
        embedder.Embed([encoded.Ids], vector);
        return vector;
    }

    private static string Render(IReadOnlyList<Hit> hits) => string.Concat(hits.Select((hit, index) =>
        string.Create(CultureInfo.InvariantCulture, $"{index + 1,3}. {hit.Score:F3}  {Printable.OneLine(hit.Chunk.Document, 80)}{Metadata(hit)}\n     {Printable.OneLine(hit.Chunk.Text, 160)}\n")));

    private static string Metadata(Hit hit) => hit.Chunk.Metadata is { Count: > 0 } metadata
        ? "  " + string.Join(" ", metadata.Select(field => $"{Printable.OneLine(field.Key, 40)}={Printable.OneLine(field.Value.ToString(), 80)}"))
        : "";

    private static string RenderJson(IReadOnlyList<Hit> hits) =>
        JsonSerializer.Serialize(hits.Select(hit => new { hit.Score, Chunk = hit.Chunk with { Vector = null } }), Json.Readable) + "\n";
}
