using System.Text.Json.Nodes;
using TextOps.Crds.Schema;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TextOps.Crds.Yaml;

/// <summary>
/// Turns YAML into JSON as Kubernetes does: scalars by the core schema, anchors, aliases and merge keys resolved, keys unique. What it repeats for aliases counts
/// against <see cref="ManifestLimits"/>, so a small file cannot become a large object.
/// </summary>
internal sealed class YamlDocumentReader(string text, string file, int linesBefore, List<ManifestError> errors)
{
    private readonly Parser parser = new(new StringReader(text));
    private readonly Dictionary<string, Value> anchors = new(StringComparer.Ordinal);
    private Dictionary<string, ManifestPosition> positions = [];
    private int nodes;

    /// <summary>The documents that could be read, each with the places of its fields; empty ones are left out.</summary>
    public IEnumerable<(JsonNode Root, IReadOnlyDictionary<string, ManifestPosition> Positions)> Read()
    {
        parser.Consume<StreamStart>();
        while (parser.TryConsume<DocumentStart>(out _))
        {
            anchors.Clear();
            positions = new Dictionary<string, ManifestPosition>(StringComparer.Ordinal);
            nodes = 0;
            var before = errors.Count;
            positions[""] = Position(parser.Current!.Start);
            var root = ReadValue("", 0).Node;
            parser.Consume<DocumentEnd>();
            if (root is not null && errors.Count == before)
            {
                yield return (root, positions);
            }
        }
    }

    /// <summary>Where the parser is.</summary>
    public ManifestPosition Here => Position(parser.Current?.End ?? Mark.Empty);

    /// <summary>A place in the whole file.</summary>
    public ManifestPosition Position(in Mark mark) => new((int)mark.Line + linesBefore, (int)mark.Column);

    private Value ReadValue(string path, int depth)
    {
        var start = parser.Current!.Start;
        if (depth > ManifestLimits.Depth)
        {
            throw new YamlException(start, start, $"{path} is nested more than {ManifestLimits.Depth} deep");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Resolve(alias, path, depth);
        }

        Count(1, start);
        var read = parser.Current switch
        {
            Scalar => ReadScalar(parser.Consume<Scalar>(), path),
            SequenceStart => ReadList(parser.Consume<SequenceStart>(), path, depth),
            MappingStart => ReadMapping(parser.Consume<MappingStart>(), path, depth),
            var other => throw new YamlException(start, other!.End, "expected a value"),
        };
        return read;
    }

    private Value ReadScalar(Scalar scalar, string path)
    {
        var value = new Value(null, 1, 0);
        if (scalar.Style != ScalarStyle.Plain || IsString(scalar.Tag))
        {
            value = value with { Node = JsonValue.Create(scalar.Value) };
        }
        else if (!scalar.Tag.IsEmpty && !scalar.Tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal))
        {
            Add(scalar.Start, path, $"{path} has the tag {scalar.Tag.Value}, which means nothing here; leave it out");
        }
        else if (PlainScalar.TryRead(scalar.Value, out var node, out var problem))
        {
            value = value with { Node = node };
        }
        else
        {
            Add(scalar.Start, path, $"{path}: {problem}");
        }

        return Remember(scalar.Anchor, value);
    }

    // The non-specific tag "!" asks for a string too.
    private static bool IsString(TagName tag) => !tag.IsEmpty && tag.Value is "tag:yaml.org,2002:str" or "!";

    private Value ReadList(SequenceStart start, string path, int depth)
    {
        var items = new JsonArray();
        var (size, height) = (1, 0);
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            var itemPath = FieldPath.Item(path, items.Count);
            positions[itemPath] = Position(parser.Current!.Start);
            var item = ReadValue(itemPath, depth + 1);
            items.Add(item.Node);
            (size, height) = (size + item.Size, Math.Max(height, item.Height + 1));
        }

        return Remember(start.Anchor, new Value(items, size, height));
    }

    private Value ReadMapping(MappingStart start, string path, int depth)
    {
        var fields = new JsonObject();
        var merged = new List<(Value Value, Mark Start)>();
        var (size, height) = (1, 0);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                var place = parser.Current!.Start;
                throw new YamlException(place, place, $"{(path.Length == 0 ? "the document" : path)} has a key that is not a name");
            }

            var (name, merges) = (key.Value, key.Style == ScalarStyle.Plain && key.Value == "<<");
            var fieldPath = FieldPath.Join(path, name);
            var duplicate = fields.ContainsKey(name);
            if (duplicate)
            {
                var first = positions[fieldPath];
                Add(key.Start, fieldPath, $"{fieldPath} is given twice, first at line {first.Line}; remove one");
            }
            else if (!merges)
            {
                positions[fieldPath] = Position(key.Start);
            }

            if (key.Style == ScalarStyle.Plain && !merges && !IsName(name))
            {
                Add(key.Start, fieldPath, $"{fieldPath}: the key {name} is not a string to every reader; write \"{name}\"");
            }

            var valueStart = parser.Current!.Start;
            var value = ReadValue(fieldPath, depth + 1);
            (size, height) = (size + value.Size, Math.Max(height, value.Height + 1));
            if (merges)
            {
                merged.Add((value, valueStart));
            }
            else if (!duplicate)
            {
                fields[name] = value.Node;
            }
        }

        foreach (var (value, place) in merged)
        {
            Merge(fields, value.Node, place, path);
        }

        return Remember(start.Anchor, new Value(fields, size, height));
    }

    // Whole numbers may be names of labels; null and booleans are slips.
    private static bool IsName(string key) => PlainScalar.TryRead(key, out var read, out _) && read is JsonValue value && !value.TryGetValue<bool>(out _);

    // YAML 1.1 merge keys: what is written here wins, then the first that is merged.
    private void Merge(JsonObject fields, JsonNode? from, Mark place, string path)
    {
        foreach (var source in from is JsonArray several ? several.ToList() : [from])
        {
            if (source is not JsonObject other)
            {
                Add(place, path, $"{path}: << merges objects only");
                continue;
            }

            foreach (var (name, value) in other)
            {
                fields.TryAdd(name, value?.DeepClone());
            }
        }
    }

    private Value Resolve(AnchorAlias alias, string path, int depth)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out var value))
        {
            Add(alias.Start, path, $"{path}: *{alias.Value.Value} names an anchor that is not above it");
            return new Value(null, 1, 0);
        }

        Count(value.Size, alias.Start);
        return depth + value.Height <= ManifestLimits.Depth
            ? value with { Node = value.Node?.DeepClone() }
            : throw new YamlException(alias.Start, alias.End, $"{path} is nested more than {ManifestLimits.Depth} deep");
    }

    private Value Remember(AnchorName anchor, Value value)
    {
        if (!anchor.IsEmpty)
        {
            anchors[anchor.Value] = value;
        }

        return value;
    }

    private void Count(int more, Mark place)
    {
        nodes += more;
        if (nodes > ManifestLimits.Nodes)
        {
            throw new YamlException(place, place, $"the document has more than {ManifestLimits.Nodes} values, those counted again that aliases repeat");
        }
    }

    private void Add(in Mark mark, string path, string message)
    {
        var (line, column) = Position(mark);
        errors.Add(new ManifestError(file, line, column, path, message));
    }

    /// <summary>A value, how many values it holds with itself, and how many levels are below it.</summary>
    private readonly record struct Value(JsonNode? Node, int Size, int Height);
}
