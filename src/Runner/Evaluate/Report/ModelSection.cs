namespace TextOps.Runner.Evaluate.Report;

/// <summary>The candidate's parameters, the features it sees, and what its requests look like.</summary>
internal static class ModelSection
{
    /// <summary>Writes the section.</summary>
    public static void Write(Markup page, ReportData report)
    {
        using (ReportPage.Section(page, "Model and features"))
        {
            using (ReportTable.Open(page, "across", "Part", "Settings"))
            {
                OneOf(page, $"candidate {report.Candidate.Name}", SettingsList.Of(report.Candidate with { Name = "", Search = null }));
                foreach (var block in report.Features)
                {
                    OneOf(page, $"features {block.Name}", SettingsList.Of(block with { Name = "" }));
                }

                Row(page, "signature", "", Signature(report));
            }
        }

        page.Line();
    }

    private static List<(string Name, string Value)> Signature(ReportData report)
    {
        var signature = report.Signature;
        List<(string Name, string Value)> settings = [("textField", signature.TextField), ("labels", MetricTexts.Count(signature.Labels.Count))];
        settings.AddRange(signature.Fields.Select(field => (field.Name, field.Type == Crds.TrainingRuns.NumericType.Integer ? "integer" : "float")));
        return settings;
    }

    /// <summary>A record of which one of several fields is given: that field's name is the kind, its settings stand without it.</summary>
    private static void OneOf(Markup page, string part, IReadOnlyList<(string Name, string Value)> settings)
    {
        var kind = settings.Select(setting => setting.Name).FirstOrDefault(name => name.Contains('.', StringComparison.Ordinal))?.Split('.')[0] ?? "";
        Row(page, part, kind, [.. settings.Where(setting => setting.Name != "name").Select(setting => (Without(setting.Name, kind + "."), setting.Value))]);
    }

    private static string Without(string name, string start) => name.StartsWith(start, StringComparison.Ordinal) ? name[start.Length..] : name;

    private static void Row(Markup page, string part, string kind, IReadOnlyList<(string Name, string Value)> settings)
    {
        using (page.Open("tr"))
        {
            using (page.Open("td", ("class", "l")))
            {
                page.Text(part);
                page.Element("div", kind, ("class", "muted"));
            }

            using (page.Open("td"))
            {
                ReportTable.Chips(page, settings);
            }
        }
    }
}
