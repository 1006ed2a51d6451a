using System.Text.Json.Nodes;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Inputs;
using TextOps.Runner.Progress;
using TextOps.Runner.Text;

namespace TextOps.Runner.Datasets;

/// <summary>What a dataset is made of, pinned: files by SHA-256, or a committed version of embeddings.</summary>
internal sealed class DatasetInputs
{
    private readonly Dataset dataset;
    private readonly IReadOnlyList<DatasetFile> files;
    private readonly EmbeddingVersions? versions;
    private readonly EmbeddingVersionReader? reader;

    private DatasetInputs(Dataset dataset, IReadOnlyList<DatasetFile> files) => (this.dataset, this.files) = (dataset, files);

    private DatasetInputs(Dataset dataset, EmbeddingVersions versions, EmbeddingVersionReader reader, VersionPlan plan)
    {
        (this.dataset, this.versions, this.reader) = (dataset, versions, reader);
        (files, Plan) = ([], plan);
    }

    /// <summary>How the version of embeddings was made; null for files.</summary>
    public VersionPlan? Plan { get; }

    /// <summary>SHA-256 of the files by URI; of a version of embeddings those of its parts' files.</summary>
    public IReadOnlyDictionary<string, string> Digests => reader is null
        ? files.ToDictionary(file => file.Input.Uri, file => file.Input.ETag, StringComparer.Ordinal)
        : reader.Manifest.Parts.SelectMany(part => part.Files).ToDictionary(
            file => versions!.Store.UriOf(versions.Layout.File(reader.Manifest.Version, file.Path)), file => file.Sha256, StringComparer.Ordinal);

    /// <summary>Finds the dataset's files, or its version of embeddings, and pins them.</summary>
    /// <exception cref="InputException">There is nothing to read, or a file is named twice.</exception>
    /// <exception cref="StoreRefusedException">There is no such version of embeddings.</exception>
    public static async Task<DatasetInputs> PinAsync(
        Dataset dataset, EmbeddingsVersion? embeddings, ProgressMeter progress, TimeProvider time, CancellationToken cancellationToken)
    {
        if (embeddings is not null)
        {
            return await PinAsync(dataset, embeddings, time, cancellationToken);
        }

        var found = new List<DatasetFile>();
        foreach (var (asked, field, given) in Sources(dataset))
        {
            var uri = InputFiles.Absolute(asked);
            var names = new RowNames(uri);
            foreach (var input in await InputFiles.PinAsync(DatasetFileFormat.Files(uri, field, dataset.Source!.Format), progress, cancellationToken))
            {
                found.Add(new(input, names.PathOf(input.Uri), given));
            }
        }

        return found.GroupBy(file => file.Input.Uri, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new InputException($"{twice.Key} belongs to the {string.Join(" and the ", twice.Select(file => SplitNames.Text(file.Given ?? SplitName.Train)))} split; "
                + "name files of its own for each of spec.dataset.source.uri, spec.dataset.split.validationUri and spec.dataset.split.testUri")
            : new DatasetInputs(dataset, found);
    }

    /// <summary>Identity of the content: names below the source, sizes and digests; not where they lie.</summary>
    public JsonNode Identity() => reader is not null
        ? new JsonObject { ["embeddings"] = reader.Manifest.Fingerprint, ["files"] = new JsonArray([.. Digests.Values.Select(digest => JsonValue.Create(digest))]) }
        : new JsonArray([.. files.Select(file => new JsonObject { ["name"] = file.Path, ["etag"] = file.Input.ETag, ["split"] = file.Given?.ToString() })]);

    /// <summary>The rows, in the order of files.</summary>
    /// <exception cref="InputException">A file is damaged, has changed or lacks a column.</exception>
    public async IAsyncEnumerable<RawRow> ReadAsync(
        DatasetFields fields, ProgressMeter progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (reader is not null)
        {
            progress.Begin("Reading", reader.Manifest.Chunks);
            await foreach (var row in new EmbeddingRows(fields, reader, versions!).ReadAsync(cancellationToken))
            {
                progress.Advance(1);
                yield return row;
            }

            yield break;
        }

        progress.Begin("Reading", files.Sum(file => file.Input.Bytes));
        var rows = new DatasetFileReader(fields, TextLimits.Default, InputFiles.OpenAsync, progress.Advance);
        foreach (var file in files)
        {
            await foreach (var row in rows.ReadAsync(file.Input, file.Path, dataset.Source!.Format, file.Given, cancellationToken))
            {
                yield return row;
            }
        }
    }

    private static async Task<DatasetInputs> PinAsync(Dataset dataset, EmbeddingsVersion version, TimeProvider time, CancellationToken cancellationToken)
    {
        var all = new EmbeddingVersions(ObjectStores.Open(version.Uri, time), version.Name);
        var committed = await EmbeddingVersionReader.OpenAsync(all, version.Version, cancellationToken);
        var plan = await all.ReadPlanAsync(version.Version, cancellationToken)
            ?? throw new StoreRefusedException($"{all.UriOf(version.Version)} has lost its {VersionLayout.PlanFile}; restore it from a copy of the store, or choose another version");
        return new DatasetInputs(dataset, all, committed, plan);
    }

    private static IEnumerable<(string Uri, string Field, SplitName? Given)> Sources(Dataset dataset)
    {
        var given = dataset.Split is { Method: SplitMethod.Given, TestUri: not null };
        yield return (dataset.Source!.Uri, "spec.dataset.source.uri", given ? SplitName.Train : null);
        if (given && dataset.Split.ValidationUri is { } validation)
        {
            yield return (validation, "spec.dataset.split.validationUri", SplitName.Validation);
        }

        if (given)
        {
            yield return (dataset.Split.TestUri!, "spec.dataset.split.testUri", SplitName.Test);
        }
    }

    private sealed record DatasetFile(PinnedInput Input, string Path, SplitName? Given);
}
