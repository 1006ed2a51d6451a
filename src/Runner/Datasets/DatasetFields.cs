using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Datasets;

/// <summary>The fields of rows that a dataset needs, each once; values of a row come in their order.</summary>
internal sealed class DatasetFields
{
    private readonly List<DatasetField> all = [];

    public DatasetFields(Dataset dataset)
    {
        Text = dataset.Embeddings is null ? Add(dataset.TextField, "spec.dataset.textField", required: true) : -1;
        Label = Add(dataset.LabelField, "spec.dataset.labelField", required: true);
        Id = dataset is { IdField: { } id, Embeddings: null } ? Add(id, "spec.dataset.idField", required: true) : -1;
        Split = dataset.Split is { Field: { } split, Method: not (SplitMethod.Stratified or SplitMethod.Ratio) } ? Add(split, "spec.dataset.split.field", required: true) : -1;
        Numbers = [.. (dataset.Fields ?? []).Select(field => Add(field.Name, "spec.dataset.fields", required: !field.Nullable))];
    }

    /// <summary>All of them, in the order of values.</summary>
    public IReadOnlyList<DatasetField> All => all;

    /// <summary>Index of the text; -1 where the rows are chunks, which have theirs.</summary>
    public int Text { get; }

    /// <summary>Index of the label.</summary>
    public int Label { get; }

    /// <summary>Index of the id; -1 where rows bring none.</summary>
    public int Id { get; }

    /// <summary>Index of the field that rows are split by; -1 where there is none.</summary>
    public int Split { get; }

    /// <summary>Indexes of the numeric fields, in the order of <c>spec.dataset.fields</c>.</summary>
    public IReadOnlyList<int> Numbers { get; }

    private int Add(string name, string setting, bool required)
    {
        var known = all.FindIndex(field => field.Name == name);
        if (known >= 0)
        {
            all[known] = all[known] with { Required = all[known].Required || required };
            return known;
        }

        all.Add(new(name, setting, required));
        return all.Count - 1;
    }
}

/// <summary>A field of rows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Setting">The setting that names it, for messages.</param>
/// <param name="Required">Whether a file without any value of it is refused; a column of a CSV file always must be there.</param>
internal sealed record DatasetField(string Name, string Setting, bool Required);
