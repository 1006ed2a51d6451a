namespace TextOps.Runner.Evaluate.Report;

/// <summary>
/// <c>report.html</c>: what people read about a model. One self-contained page: no script, nothing loaded from elsewhere, charts as inline SVG. It is HTML5 and well-formed XML
/// at once.
/// </summary>
internal static class ReportPage
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

    /// <summary>Renders the page.</summary>
    public static string Render(ReportData report)
    {
        var page = new Markup();
        page.Constant("<!DOCTYPE html>\n");
        using (page.Open("html", ("lang", "en")))
        {
            page.Line();
            using (page.Open("head"))
            {
                page.Empty("meta", ("charset", "utf-8"));
                page.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy));
                page.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
                page.Element("title", $"{report.Model} {HeadlineSection.VersionText(report.Version)}");
                using (page.Open("style"))
                {
                    page.Constant(ReportStyle.Css);
                }
            }

            page.Line();
            using (page.Open("body"))
            using (page.Open("main"))
            {
                HeadlineSection.Write(page, report);
                GatesSection.Write(page, report.Gates);
                MetricsSection.Write(page, report);
                ClassesSection.Write(page, report);
                ConfusionSection.Write(page, report);
                CurvesSection.Write(page, report.Curves, report.Signature.Labels.Count);
                TrialsSection.Write(page, report);
                DataSection.Write(page, report);
                ModelSection.Write(page, report);
                LineageSection.Write(page, report);
            }
        }

        page.Line();
        return page.ToString();
    }

    /// <summary>Opens a section with its heading.</summary>
    internal static IDisposable Section(Markup page, string heading, bool isLong = false)
    {
        var section = page.Open("section", ("class", isLong ? "long" : "short"));
        page.Element("h2", heading);
        page.Line();
        return section;
    }
}
