using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace TextOps.Crds.Schema;

/// <summary>Summaries from the XML documentation files that the compiler writes beside assemblies, flattened to one line of text.</summary>
public sealed class XmlDocs
{
    private readonly Dictionary<string, XElement> members = new(StringComparer.Ordinal);

    private XmlDocs()
    {
    }

    /// <summary>No documentation: what a program has that was published without the files.</summary>
    public static XmlDocs None { get; } = new();

    /// <summary>Reads the files of these assemblies, and of our own.</summary>
    /// <exception cref="FileNotFoundException">An assembly has no documentation file beside it.</exception>
    public static XmlDocs Of(params IEnumerable<Assembly> assemblies)
    {
        var docs = new XmlDocs();
        foreach (var assembly in assemblies.Append(typeof(XmlDocs).Assembly).Distinct())
        {
            foreach (var member in XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"), LoadOptions.PreserveWhitespace).Descendants("member"))
            {
                docs.members[member.Attribute("name")!.Value] = member;
            }
        }

        return docs;
    }

    /// <summary>Summary of a type; null where it has none.</summary>
    public string? Summary(Type type) => Summary($"T:{Id(type)}");

    /// <summary>Summary of a property, through <c>inheritdoc</c> of interfaces and base types; null where it has none.</summary>
    public string? Summary(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        return Summary($"P:{Id(type)}.{property.Name}")
            ?? type.GetInterfaces().Append(type.BaseType).OfType<Type>()
                .Select(parent => parent.GetProperty(property.Name) is { } inherited ? Summary(inherited) : null)
                .FirstOrDefault(summary => summary is not null);
    }

    /// <summary>Summary of an enum's value or a constant; null where it has none.</summary>
    public string? Summary(FieldInfo field) => Summary($"F:{Id(field.DeclaringType!)}.{field.Name}");

    private static string Id(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private string? Summary(string id)
    {
        if (!members.TryGetValue(id, out var member) || member.Element("summary") is not { } summary)
        {
            return null;
        }

        var text = new StringBuilder();
        Flatten(summary, text);
        var line = string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? null : line;
    }

    private static void Flatten(XElement element, StringBuilder text)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText plain:
                    text.Append(plain.Value);
                    break;
                case XElement { Name.LocalName: "c" or "code" } code:
                    text.Append('`').Append(code.Value).Append('`');
                    break;
                case XElement { Name.LocalName: "see" or "seealso" or "paramref" or "typeparamref" } reference when !reference.Nodes().Any():
                    text.Append('`').Append(Target(reference)).Append('`');
                    break;
                case XElement { Name.LocalName: "para" } paragraph:
                    text.Append(' ');
                    Flatten(paragraph, text);
                    text.Append(' ');
                    break;
                case XElement other:
                    Flatten(other, text);
                    break;
            }
        }
    }

    // A property is shown as its field in JSON, all else by its last name.
    private static string Target(XElement reference)
    {
        if (reference.Attribute("cref")?.Value is not { } target)
        {
            return reference.Attributes().First().Value;
        }

        var name = target[(target.LastIndexOfAny(['.', ':']) + 1)..];
        return target.StartsWith("P:", StringComparison.Ordinal) ? JsonNamingPolicy.CamelCase.ConvertName(name) : name;
    }
}
