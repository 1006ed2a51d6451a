using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Evaluate.Report;

namespace TextOps.Runner.Tests.Evaluate.Report;

public sealed class ReportPageTests
{
    private const string Hostile = "<script>alert('x')</script>\"&\u0000\u001b[31m\u202e\ud800\n";

    public static TheoryData<string, int, int> Shapes => new() { { "two", 400, 1 }, { "three", 600, 40 }, { "many", 2000, 40 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Is_well_formed_whole_and_loads_nothing(string shape, int rows, int trials)
    {
        var report = ReportSamples.Of(Labels(shape), rows, trials);
        var html = ReportPage.Render(report);
        var page = Parse(html);

        Assert.StartsWith("<!DOCTYPE html>\n<html", html, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("https?:", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking), html);
        Assert.DoesNotMatch(new Regex("<script|<link|<img|<iframe|<object|javascript:|@import|url\\(", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking), html);
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "href" or "src" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Shows_each_gate_with_its_value_and_a_word(string shape, int rows, int trials)
    {
        var report = ReportSamples.Of(Labels(shape), rows, trials);
        var lines = Section(ReportPage.Render(report), "Gates").Descendants("tr").Skip(1).Select(line => line.Elements().Select(cell => cell.Value).ToArray()).ToArray();

        Assert.Equal(
            report.Gates.Select(gate => string.Join('|', gate.Name, gate.Metric, gate.Value, gate.Bound, gate.Passed ? "✓ holds" : "✗ fails")),
            lines.Select(cells => string.Join('|', cells)));
    }

    private static string[] Labels(string shape) => shape switch { "two" => ReportSamples.Sentiments, "three" => ReportSamples.Ratings, _ => ReportSamples.Intents };

    private static XElement Section(string html, string heading) => Parse(html).Descendants("section").Single(section => section.Element("h2")!.Value == heading);

    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader);
    }
}
