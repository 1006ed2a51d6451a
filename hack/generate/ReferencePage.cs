using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds.Meta;
using TextOps.Crds.Runs;
using TextOps.Crds.Schema;

namespace TextOps.Generate;

/// <summary>A kind's reference for people: a table of fields for each object, then rules, columns, conditions and reasons.</summary>
internal sealed class ReferencePage(XmlDocs docs)
{
    private readonly StringBuilder text = new();

    /// <summary>The page in Markdown.</summary>
    public string Write(Type kind, JsonObject definition)
    {
        var entity = kind.GetCustomAttribute<KubernetesEntityAttribute>()!;
        var version = definition["spec"]!["versions"]![0]!.AsObject();
        var names = definition["spec"]!["names"]!.AsObject();
        var schema = version["schema"]!["openAPIV3Schema"]!.AsObject();
        Line("<!-- Generated from src/Crds by `make generate`; do not edit. -->");
        Line($"# {entity.Kind}");
        Line();
        Line((string)schema["description"]!);
        Line();
        Line($"`apiVersion: {entity.GroupVersion}`, `kind: {entity.Kind}`; `kubectl get {string.Join("`, `kubectl get ", new[] { entity.PluralName }.Concat(Strings(names["shortNames"])))}`"
            + $"; in {string.Join(", ", Strings(names["categories"]).Select(name => $"`kubectl get {name}`"))} too.");
        Object(schema, kind, "");
        Rules(schema);
        Columns(version);
        Constants(kind, "Conditions", "Condition");
        Constants(kind, "Reasons", "Reason");
        return text.ToString();
    }

    private void Line(string line = "") => text.Append(line).Append('\n');

    private void Object(JsonObject schema, Type type, string path)
    {
        if (path.Length > 0)
        {
            Line();
            Line($"## {path}");
            Line();
            Line(docs.Summary(type) ?? "");
        }

        var types = Field.Of(type).ToDictionary(field => field.Name, field => field.Shape);
        var required = Strings(schema["required"]).ToHashSet();
        var fields = schema["properties"]!.AsObject().Where(field => path.Length > 0 || field.Key is not ("apiVersion" or "kind" or "metadata")).ToList();
        if (path.Length > 0)
        {
            Line();
            Line("| field | type | default | bounds | what it is |");
            Line("|---|---|---|---|---|");
            foreach (var (name, node) in fields)
            {
                var field = node!.AsObject();
                var given = field["default"] is { } value ? $"`{value.ToJsonString()}`" : required.Contains(name) ? "**required**" : "";
                Line($"| `{name}` | {TypeOf(field)} | {given} | {string.Join("<br>", Bounds(field))} | {Cell(field["description"])}{Values(types[name])} |");
            }
        }

        foreach (var (name, node) in fields)
        {
            var (inner, suffix) = Inner(node!.AsObject());
            if (inner is not null)
            {
                Object(inner, (types[name].Item ?? types[name]).Type, path.Length == 0 ? name + suffix : $"{path}.{name}{suffix}");
            }
        }
    }

    private string Values(Shape shape) => shape.Kind != ShapeKind.Choice
        ? ""
        : string.Concat(Field.ValuesOf(shape.Type).Select(value => Escape($"<br>`{value.Name}`: {docs.Summary(value.Member)}")));

    private static (JsonObject? Object, string Suffix) Inner(JsonObject field) => field switch
    {
        _ when field.ContainsKey("properties") => (field, ""),
        _ when field["items"] is JsonObject items && items.ContainsKey("properties") => (items, "[]"),
        _ when field["additionalProperties"] is JsonObject values && values.ContainsKey("properties") => (values, "{}"),
        _ => (null, ""),
    };

    private static string TypeOf(JsonObject field) => field switch
    {
        _ when field["x-kubernetes-int-or-string"] is not null => "string or integer",
        _ when field["items"] is JsonObject items => $"list of {TypeOf(items)}",
        _ when field["additionalProperties"] is JsonObject values => $"map to {TypeOf(values)}",
        _ when field["enum"] is JsonArray choices => string.Join(", ", Strings(choices).Select(choice => $"`{choice}`")),
        _ when field["format"] is { } format => (string)format! == "date-time" ? "time (RFC 3339)" : $"{field["type"]} ({format})",
        _ => (string)field["type"]!,
    };

    private static IEnumerable<string> Bounds(JsonObject field)
    {
        if (field["minimum"] is { } minimum)
        {
            yield return $"{Number(minimum)} to {Number(field["maximum"]!)}";
        }

        foreach (var (what, least, most) in new[] { ("characters", "minLength", "maxLength"), ("items", "minItems", "maxItems"), ("entries", "minProperties", "maxProperties") })
        {
            switch (field[least], field[most])
            {
                case ({ } low, { } high):
                    yield return $"{Number(low)} to {Number(high)} {what}";
                    break;
                case ({ } low, null):
                    yield return $"at least {Number(low)} {what}";
                    break;
                case (null, { } high):
                    yield return $"at most {Number(high)} {what}";
                    break;
            }
        }

        if (field["pattern"] is { } pattern)
        {
            yield return $"`{Escape((string)pattern!)}`";
        }

        switch ((string?)field["x-kubernetes-list-type"])
        {
            case "set":
                yield return "each once";
                break;
            case "map":
                yield return $"one for each `{string.Join("`, `", Strings(field["x-kubernetes-list-map-keys"]))}`";
                break;
        }

        foreach (var bound in (field["items"] ?? field["additionalProperties"]) is JsonObject inner && !inner.ContainsKey("properties") ? Bounds(inner) : [])
        {
            yield return $"each {bound}";
        }
    }

    private void Rules(JsonObject schema)
    {
        var rules = RulesOf(schema, "").ToList();
        if (rules.Count == 0)
        {
            return;
        }

        Line();
        Line("## Rules");
        Line();
        Line("| object | rule (CEL) | message |");
        Line("|---|---|---|");
        foreach (var (path, rule) in rules)
        {
            Line($"| {(path.Length == 0 ? "the whole" : $"`{path}`")} | `{Escape((string)rule["rule"]!)}` | {Cell(rule["message"])} |");
        }
    }

    private static IEnumerable<(string Path, JsonObject Rule)> RulesOf(JsonObject schema, string path)
    {
        var own = (schema["x-kubernetes-validations"]?.AsArray() ?? []).Select(rule => (path, rule!.AsObject()));
        var inner = (schema["properties"]?.AsObject() ?? []).SelectMany(field =>
            Inner(field.Value!.AsObject()) is ({ } found, var suffix) ? RulesOf(found, path.Length == 0 ? field.Key : $"{path}.{field.Key}{suffix}") : []);
        return own.Concat(inner);
    }

    private void Columns(JsonObject version)
    {
        Line();
        Line("## Columns");
        Line();
        Line("| column | value | shown |");
        Line("|---|---|---|");
        foreach (var column in version["additionalPrinterColumns"]?.AsArray() ?? [])
        {
            Line($"| {column!["name"]} | `{column["jsonPath"]}` | {(column["priority"] is null ? "always" : "with `-o wide`")} |");
        }
    }

    // By convention a kind's constants lie beside it: <Kind>Conditions and <Kind>Reasons; those that all kinds of runs share are in RunConditions and RunReasons.
    private void Constants(Type kind, string plural, string heading)
    {
        var own = kind.Assembly.GetType($"{kind.FullName}{plural}") ?? kind.Assembly.GetTypes().FirstOrDefault(type => type.Namespace == kind.Namespace && type.Name.EndsWith(plural, StringComparison.Ordinal));
        var shared = kind.IsAssignableTo(typeof(IRunObject<IRunSpec, IRunStatus>)) ? typeof(IRunSpec).Assembly.GetType($"{typeof(IRunSpec).Namespace}.Run{plural}", throwOnError: true) : null;
        if ((shared ?? own) is not { } described)
        {
            return;
        }

        Line();
        Line($"## {plural}");
        Line();
        Line(docs.Summary(described) ?? "");
        Line();
        Line($"| {heading.ToLowerInvariant()} | meaning |");
        Line("|---|---|");
        foreach (var constant in new[] { own, shared }.OfType<Type>().SelectMany(constants => constants.GetFields().OrderBy(field => field.MetadataToken)))
        {
            Line($"| `{constant.GetRawConstantValue()}` | {Escape(docs.Summary(constant) ?? "")} |");
        }
    }

    private static IEnumerable<string> Strings(JsonNode? list) => (list?.AsArray() ?? []).Select(item => (string)item!);

    private static string Number(JsonNode number) => number.Deserialize<double>().ToString("#,0.######", CultureInfo.InvariantCulture);

    private static string Cell(JsonNode? description) => Escape((string?)description ?? "");

    private static string Escape(string cell) => cell.Replace("|", "\\|", StringComparison.Ordinal);
}
