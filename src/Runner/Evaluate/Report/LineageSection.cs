namespace TextOps.Runner.Evaluate.Report;

/// <summary>What the model was made of: dataset, inputs with digests, seed, code.</summary>
internal static class LineageSection
{
    private const int Many = 12;

    /// <summary>Writes the section.</summary>
    public static void Write(Markup page, ReportData report)
    {
        var lineage = report.Lineage;
        using (ReportPage.Section(page, "Lineage", isLong: lineage.Inputs.Count > Many))
        {
            using (page.Open("dl", ("class", "facts")))
            {
                if (lineage.Dataset.Source is { } source)
                {
                    Fact(page, "dataset", source.Uri);
                }

                if (lineage.Embeddings is { } embeddings)
                {
                    Fact(page, "embeddings", $"{embeddings.Name} {HeadlineSection.VersionText(embeddings.Version)} of {embeddings.Uri}");
                }

                Fact(page, "data fingerprint", lineage.DataFingerprint);
                Fact(page, "seed", $"{lineage.Seed}");
                Fact(page, "runner's commit", lineage.CodeVersion);
            }

            page.Element("h3", lineage.Inputs.Count == 1 ? "1 input" : $"{lineage.Inputs.Count} inputs");
            using (ReportTable.Open(page, lineage.Inputs.Count > Many ? "scroll" : "across", "File", "SHA-256"))
            {
                foreach (var (uri, digest) in lineage.Inputs.OrderBy(input => input.Key, StringComparer.Ordinal))
                {
                    using (page.Open("tr"))
                    {
                        ReportTable.Cell(page, uri);
                        using (page.Open("td", ("class", "l")))
                        {
                            page.Element("code", digest);
                        }
                    }
                }
            }
        }

        page.Line();
    }

    private static void Fact(Markup page, string name, string value)
    {
        page.Element("dt", name);
        page.Element("dd", value);
    }
}
