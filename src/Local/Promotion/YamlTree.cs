using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TextOps.Local.Promotion;

/// <summary>Reads where in a text its values stand. The text is one that <see cref="Crds.Yaml.ManifestReader"/> has accepted, so its depth is bounded and its keys are names.</summary>
internal static class YamlTree
{
    /// <summary>The documents of <paramref name="text"/>; null for one that is empty.</summary>
    public static IReadOnlyList<YamlNode?> Read(string text)
    {
        var parser = new Parser(new StringReader(text));
        var documents = new List<YamlNode?>();
        parser.Consume<StreamStart>();
        while (parser.TryConsume<DocumentStart>(out _))
        {
            var root = Value(parser);
            documents.Add(root is YamlScalar { IsNull: true } ? null : root);
            parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    private static YamlNode Value(Parser parser)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return new YamlAlias(Index(alias.Start), Index(alias.End), Line(alias.Start), Column(alias.Start));
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new YamlScalar(Index(scalar.Start), Index(scalar.End), Line(scalar.Start), Column(scalar.Start), IsTied(scalar), Line(scalar.End), scalar.Value, scalar.Style);
        }

        return parser.TryConsume<SequenceStart>(out var list) ? List(parser, list) : Mapping(parser, parser.Consume<MappingStart>());
    }

    private static YamlList List(Parser parser, SequenceStart start)
    {
        var items = new List<YamlNode>();
        SequenceEnd end;
        while (!parser.TryConsume(out end!))
        {
            items.Add(Value(parser));
        }

        return new YamlList(Index(start.Start), EndOf(end, start.Style == SequenceStyle.Flow), Line(start.Start), Column(start.Start), IsTied(start), start.Style == SequenceStyle.Flow, items);
    }

    private static YamlMapping Mapping(Parser parser, MappingStart start)
    {
        var entries = new List<YamlEntry>();
        MappingEnd end;
        while (!parser.TryConsume(out end!))
        {
            var key = (YamlScalar)Value(parser);
            entries.Add(new YamlEntry(key, Value(parser)));
        }

        return new YamlMapping(
            Index(start.Start), EndOf(end, start.Style == MappingStyle.Flow), Line(start.Start), entries.Count > 0 ? entries[0].Key.Column : Column(start.Start), IsTied(start), start.Style == MappingStyle.Flow, entries);
    }

    // The parser's mark of a closing bracket is before it.
    private static int EndOf(ParsingEvent end, bool isFlow) => Index(end.Start) + (isFlow ? 1 : 0);

    private static bool IsTied(NodeEvent node) => !node.Anchor.IsEmpty || !node.Tag.IsEmpty;

    private static int Index(in Mark mark) => (int)mark.Index;

    private static int Line(in Mark mark) => (int)mark.Line;

    private static int Column(in Mark mark) => (int)mark.Column - 1;

}
