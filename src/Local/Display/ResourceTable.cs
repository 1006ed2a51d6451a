using System.Globalization;
using System.Text.Json.Nodes;

namespace TextOps.Local.Display;

/// <summary>Objects as <c>kubectl get</c> prints them: the CRD's printer columns, three spaces apart.</summary>
internal sealed class ResourceTable(JsonObject definition, TimeProvider time)
{
    /// <summary>Renders <paramref name="objects"/>.</summary>
    /// <param name="wide">Whether columns of lower priority are shown.</param>
    /// <param name="withNamespace">Whether the namespace is the first column.</param>
    /// <param name="prefix">What stands before each name: kind and group, where objects of several kinds are shown.</param>
    public string Render(IEnumerable<JsonObject> objects, bool wide, bool withNamespace, string prefix = "")
    {
        var columns = Columns(wide).ToList();
        List<string[]> rows = [[.. withNamespace ? ["NAMESPACE"] : Array.Empty<string>(), "NAME", .. columns.Select(column => column.Name.ToUpperInvariant())]];
        foreach (var item in objects)
        {
            var metadata = item["metadata"];
            rows.Add([
                .. withNamespace ? [Text(metadata?["namespace"])] : Array.Empty<string>(),
                prefix + Text(metadata?["name"]),
                .. columns.Select(column => Cell(item, column)),
            ]);
        }

        return TextTable.Align(rows);
    }

    /// <summary>A span of time as kubectl shows ages: <c>45s</c>, <c>3m10s</c>, <c>26h</c>, <c>12d</c>.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 2 } => $"{(int)age.TotalSeconds}s",
        { TotalMinutes: < 10 } => age.Seconds == 0 ? $"{age.Minutes}m" : $"{age.Minutes}m{age.Seconds}s",
        { TotalHours: < 3 } => $"{(int)age.TotalMinutes}m",
        { TotalHours: < 8 } => age.Minutes == 0 ? $"{age.Hours}h" : $"{age.Hours}h{age.Minutes}m",
        { TotalDays: < 2 } => $"{(int)age.TotalHours}h",
        { TotalDays: < 8 } => age.Hours == 0 ? $"{age.Days}d" : $"{age.Days}d{age.Hours}h",
        { TotalDays: < 730 } => $"{(int)age.TotalDays}d",
        _ => $"{(int)(age.TotalDays / 365)}y",
    };

    private IEnumerable<(string Name, string Type, string Path)> Columns(bool wide) =>
        from version in definition["spec"]!["versions"]!.AsArray()
        from column in version!["additionalPrinterColumns"]?.AsArray() ?? []
        where wide || (column!["priority"]?.GetValue<int>() ?? 0) == 0
        select (column!["name"]!.GetValue<string>(), column["type"]!.GetValue<string>(), column["jsonPath"]!.GetValue<string>());

    private string Cell(JsonObject item, (string Name, string Type, string Path) column)
    {
        var value = JsonPath.Find(item, column.Path);
        return column.Type == "date" && value is not null && DateTimeOffset.TryParse(Text(value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? Age(time.GetUtcNow() - date)
            : Text(value);
    }

    private static string Text(JsonNode? value) => value is null ? "" : Printable.OneLine(value.ToString());
}
