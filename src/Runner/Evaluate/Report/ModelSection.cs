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
                Row(page, $"candidate {report.Candidate.Name}", [.. SettingsList.Of(report.Candidate with { Search = null }).Where(setting => setting.Name != "name")]);
                foreach (var block in report.Features)
                {
                    Row(page, $"features {block.Name}", [.. SettingsList.Of(block).Where(setting => setting.Name != "name")]);
                }

                Row(page, "signature", Signature(report));
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

    private static void Row(Markup page, string part, IReadOnlyList<(string Name, string Value)> settings)
    {
        using (page.Open("tr"))
        {
            ReportTable.Cell(page, part);
            using (page.Open("td"))
            {
                ReportTable.Chips(page, settings);
            }
        }
    }
}
