using System.Runtime.CompilerServices;
using System.Text.Json;
using TextOps.Artifacts.Embeddings;
using TextOps.Runner.Text;

namespace TextOps.Runner.Datasets;

/// <summary>Chunks of a committed version of embeddings as rows: text, id and vector are the chunk's, every other field is metadata of its document.</summary>
internal sealed class EmbeddingRows(DatasetFields fields, EmbeddingVersionReader reader, EmbeddingVersions versions)
{
    /// <summary>Reads the rows; files are compared with the manifest's digests first.</summary>
    /// <exception cref="InputException">No chunk has a metadata field that is needed.</exception>
    public async IAsyncEnumerable<RawRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new bool[fields.All.Count];
        var found = new SortedSet<string>(StringComparer.Ordinal);
        PartRecord? part = null;
        var line = 0L;
        await foreach (var batch in reader.ReadAsync(verify: true, cancellationToken))
        {
            line = batch.Part == part ? line : 0;
            part = batch.Part;
            var input = versions.Store.UriOf(versions.Layout.File(reader.Manifest.Version, VersionLayout.ChunksFile(part.Shard, part.Sequence)));
            for (var index = 0; index < batch.Chunks.Count; index++)
            {
                var chunk = batch.Chunks[index];
                found.UnionWith(chunk.Metadata?.Keys ?? []);
                yield return new RawRow
                {
                    Input = input,
                    Line = ++line,
                    Id = chunk.Id,
                    Text = chunk.Text,
                    Document = chunk.Document,
                    Vector = batch.Vector(index).ToArray(),
                    Values = [.. fields.All.Select((field, number) => ValueOf(chunk, field.Name, ref seen[number]))],
                };
            }
        }

        for (var field = 0; part is not null && field < seen.Length; field++)
        {
            if (!seen[field] && fields.All[field] is { Required: true } missing)
            {
                throw new InputException(
                    $"{versions.UriOf(reader.Manifest.Version)} has no metadata field '{missing.Name}' ({missing.Setting}); "
                    + $"its chunks have {(found.Count == 0 ? "no metadata" : string.Join(", ", found.Select(name => $"'{name}'")))}; "
                    + $"add it to spec.source.metadataFields of the EmbeddingJob, or correct {missing.Setting}");
            }
        }
    }

    private static FieldValue ValueOf(ChunkRecord chunk, string name, ref bool seen)
    {
        if (chunk.Metadata is null || !chunk.Metadata.TryGetValue(name, out var value))
        {
            return FieldValue.Missing;
        }

        seen = true;
        return value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => FieldValue.Missing,
            JsonValueKind.String => FieldValue.Of(value.GetString()!),
            JsonValueKind.Number => new(FieldKind.Number, value.GetRawText()),
            _ => new(FieldKind.Other, value.GetRawText()),
        };
    }
}
