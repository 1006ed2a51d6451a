using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Evaluate.Report;

/// <summary>How each gate came out.</summary>
internal static class GatesSection
{
    /// <summary>Writes the section; nothing where there are no gates.</summary>
    public static void Write(Markup page, IReadOnlyList<GateStatus> gates)
    {
        if (gates.Count == 0)
        {
            return;
        }

        using (ReportPage.Section(page, "Gates"))
        using (ReportTable.Open(page, "across", "Gate", "Result", "Metric", "#Value", "Bound"))
        {
            foreach (var gate in gates)
            {
                using (page.Open("tr"))
                {
                    ReportTable.Cell(page, gate.Name);
                    page.Element("td", gate.Passed ? "✓ holds" : "✗ fails", ("class", gate.Passed ? "verdict good" : "verdict bad"));
                    ReportTable.Cell(page, gate.Metric);
                    ReportTable.Number(page, gate.Value ?? "none");
                    ReportTable.Cell(page, gate.Bound);
                }
            }
        }

        page.Line();
    }
}
