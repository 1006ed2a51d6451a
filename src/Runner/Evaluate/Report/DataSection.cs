namespace TextOps.Runner.Evaluate.Report;

/// <summary>Rows of the splits and of the labels, and what the data contract found.</summary>
internal static class DataSection
{
    private static readonly string[] Splits = ["train", "validation", "test"];

    /// <summary>Writes the section.</summary>
    public static void Write(Markup page, ReportData report)
    {
        var labels = report.Lineage.Labels;
        using (ReportPage.Section(page, "Data", isLong: labels.Count > 20))
        {
            var rows = report.Lineage.Rows;
            SplitBar.Draw(page, [.. Splits.Concat(rows.Keys.Except(Splits).Order(StringComparer.Ordinal)).Where(split => rows.GetValueOrDefault(split) > 0).Select(split => (split, rows[split]))]);
            using (page.Open("div", ("class", "columns")))
            {
                using (page.Open("div"))
                {
                    Labels(page, labels);
                }

                if (report.Contract is { } contract)
                {
                    using (page.Open("div"))
                    {
                        Contract(page, contract);
                    }
                }
            }
        }

        page.Line();
    }

    private static void Labels(Markup page, IReadOnlyDictionary<string, long> labels)
    {
        page.Element("h3", "Labels of the training split");
        var total = Math.Max(1, labels.Values.Sum());
        using (ReportTable.Open(page, labels.Count > 12 ? "scroll" : "across", "Label", "#Rows", "#Part", ""))
        {
            foreach (var (label, rows) in labels.OrderByDescending(label => label.Value).ThenBy(label => label.Key, StringComparer.Ordinal))
            {
                using (page.Open("tr"))
                {
                    ReportTable.Cell(page, label);
                    ReportTable.Number(page, MetricTexts.Count(rows));
                    ReportTable.Number(page, MetricTexts.Percent(rows / (double)total));
                    using (page.Open("td"))
                    {
                        InlineBar.Draw(page, rows / (double)Math.Max(1, labels.Values.Max()));
                    }
                }
            }
        }
    }

    private static void Contract(Markup page, ContractSummary contract)
    {
        page.Element("h3", "Data contract");
        using (ReportTable.Open(page, "across", "Found", "#Rows"))
        {
            Row(page, "read", contract.Read);
            Row(page, "left out", contract.Rejected);
            foreach (var (reason, rows) in contract.Violations.OrderByDescending(violation => violation.Value).ThenBy(violation => violation.Key, StringComparer.Ordinal))
            {
                Row(page, $"violation: {reason}", rows);
            }

            Row(page, "duplicates of an earlier text", contract.Duplicates);
        }

        if (contract.Warnings.Count > 0)
        {
            page.Element("h3", "Warnings");
            using (page.Open("ul", ("class", "plain")))
            {
                foreach (var warning in contract.Warnings)
                {
                    page.Element("li", warning);
                }
            }
        }
    }

    private static void Row(Markup page, string name, long rows)
    {
        using (page.Open("tr"))
        {
            ReportTable.Cell(page, name);
            ReportTable.Number(page, MetricTexts.Count(rows));
        }
    }
}
