using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Evaluate.Report;

namespace TextOps.Runner.Tests.Evaluate.Report;

public sealed class ReportPageTests
{
    private const string Hostile = "<script>alert('x')</script>\"&\u0000\u001b[31m\u202e\ud800\n";
    private const string Shown = "<script>alert('x')</script>\"&␀␛[31m\ufffd\ufffd␊";

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
            report.Gates.Select(gate => string.Join('|', gate.Name, gate.Passed ? "✓ holds" : "✗ fails", gate.Metric, gate.Value, gate.Bound)),
            lines.Select(cells => string.Join('|', cells)));
    }

    [Fact]
    public void Untrusted_text_stays_text_wherever_it_stands()
    {
        // Without spaces and dots, so that the text can be a gate's name, a label, a parameter and a reason alike.
        var sample = ReportSamples.Of([Hostile, "fine", "other"], 300, 8);
        var report = sample with
        {
            Model = Hostile,
            RunId = Hostile,
            Gates = [new GateStatus { Name = Hostile, Metric = $"recall[{Hostile}]", Bound = Hostile, Passed = false }],
            Trials = [.. sample.Trials.Select(trial => trial with { Parameters = new Dictionary<string, string> { [Hostile] = Hostile }, Error = trial.Error is null ? null : Hostile })],
            Contract = sample.Contract! with { Warnings = [Hostile], Violations = new Dictionary<string, long> { [Hostile] = 1 } },
            Lineage = sample.Lineage with { Inputs = new Dictionary<string, string> { [Hostile] = Hostile } },
        };
        var html = ReportPage.Render(report);
        var page = Parse(html);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(html, character => character < ' ' && character != '\n');
        Assert.DoesNotContain('\u202e', html);
        Assert.Equal(Shown, page.Descendants("h1").Single().Value);
        Assert.Contains(page.Descendants("td"), cell => cell.Value == $"recall[{Shown}]");
        Assert.Contains(page.Descendants("text"), text => text.Element("title")?.Value == Shown);
        Assert.Contains(page.Descendants("code"), chip => chip.Value == $"{Shown} = {Shown}");
        Assert.Contains(page.Descendants("li"), item => item.Value == Shown);
    }

    [Theory]
    [InlineData(7, "v000007")]
    [InlineData(null, "not registered")]
    public void The_headline_names_the_version_or_says_that_there_is_none(int? version, string words)
    {
        var report = ReportSamples.Of(ReportSamples.Ratings, 300, 2) with { Version = version };
        var page = Parse(ReportPage.Render(report));
        var headline = page.Descendants("header").Single();
        var interval = report.Evaluation.Intervals["f1_macro"];

        Assert.Equal($"book-reviews {words}", page.Descendants("title").First().Value);
        Assert.Equal([words, "1 of 3 gates failed"], headline.Descendants("span").Select(pill => pill.Value));
        Assert.Equal(
            ["f1_macro", $"{report.Evaluation.Metrics["f1_macro"]:F4}", $"{interval[0]:F4} to {interval[1]:F4} (95 % interval)", "on 300 test rows"],
            headline.Elements("div").Last().Elements().Select(line => line.Value));
    }

    [Fact]
    public void Metrics_show_their_intervals_and_the_objective_comes_first()
    {
        var report = ReportSamples.Of(ReportSamples.Ratings, 600, 2);
        var lines = Section(ReportPage.Render(report), "Metrics of the test split").Descendants("tr").Select(line => line.Elements().Select(cell => cell.Value).ToArray()).ToArray();
        var interval = report.Evaluation.Intervals["accuracy"];

        Assert.Equal("95 % interval", lines[0][2]);
        Assert.Equal("f1_macro", lines[1][0]);
        Assert.Equal($"{interval[0]:F4} – {interval[1]:F4}", lines.Single(line => line[0] == "accuracy")[2]);
        Assert.Equal("1.87 ms", lines.Single(line => line[0] == "latency_ms_p95")[1]);
        Assert.Equal("4.81 MB", lines.Single(line => line[0] == "model_bytes")[1]);
    }

    [Theory]
    [InlineData("two", true)]
    [InlineData("many", false)]
    public void Up_to_20_labels_have_a_heat_map_and_more_a_table_of_confusions(string shape, bool drawn)
    {
        var labels = Labels(shape);
        var report = ReportSamples.Of(labels, 1500, 1);
        var section = Section(ReportPage.Render(report), drawn ? "Confusion matrix" : "Confusions");
        var matrix = report.Evaluation.ConfusionMatrix;
        var most = (from truth in Enumerable.Range(0, labels.Length) from predicted in Enumerable.Range(0, labels.Length) where truth != predicted orderby matrix[truth][predicted] descending select (truth, predicted)).First();

        Assert.Equal(drawn, section.Descendants("svg").Any());
        Assert.Equal(
            [labels[most.truth], labels[most.predicted], $"{matrix[most.truth][most.predicted]}"],
            section.Descendants("tbody").Single().Elements("tr").First().Elements("td").Take(3).Select(cell => cell.Value));
        if (drawn)
        {
            Assert.Equal(
                matrix.SelectMany(line => line).Select(count => $"{count}"),
                section.Descendants("text").Where(text => text.Attribute("class")!.Value.StartsWith("count", StringComparison.Ordinal)).Select(text => text.Value));
        }
        else
        {
            Assert.Equal(30, section.Descendants("tbody").Single().Elements("tr").Count());
        }
    }

    [Fact]
    public void Many_classes_come_worst_first_in_a_box_that_scrolls()
    {
        var section = Section(ReportPage.Render(ReportSamples.Of(ReportSamples.Intents, 1500, 1)), "Classes");
        var scores = section.Descendants("tbody").Single().Elements("tr").Select(line => line.Elements("td").ElementAt(4).Value).ToArray();

        Assert.Equal(77, scores.Length);
        Assert.Equal(scores.Order(StringComparer.Ordinal), scores);
        Assert.Equal("scroll", section.Element("div")!.Attribute("class")!.Value);
    }

    [Fact]
    public void Trials_are_drawn_and_the_best_20_listed_with_their_parameters()
    {
        var report = ReportSamples.Of(ReportSamples.Sentiments, 200, 40);
        var section = Section(ReportPage.Render(report), "Trials");
        var rows = section.Descendants("tbody").First().Elements("tr").ToArray();
        var best = report.Trials.Single(trial => trial.Number == report.BestTrial);

        Assert.Equal(20, rows.Length);
        Assert.Equal($"{best.Number} ★", rows[0].Elements("td").First().Value);
        Assert.Equal(best.Parameters.Select(parameter => $"{parameter.Key} = {parameter.Value}"), rows[0].Descendants("code").Select(chip => chip.Value));
        Assert.Equal(37, section.Descendants("circle").Count(circle => circle.Attribute("class")!.Value.StartsWith("dot", StringComparison.Ordinal)));
        Assert.Equal(3, section.Descendants("path").Count());
        Assert.Contains(section.Descendants("p"), words => words.Value == "1 trial is far worse and drawn at the edge.");
        Assert.Contains(section.Descendants("td"), cell => cell.Value == "the loss is not finite after 3 iterations; lower learningRate (0.97)");
    }

    [Fact]
    public void A_loss_is_best_where_it_is_least()
    {
        var sample = ReportSamples.Of(ReportSamples.Sentiments, 200, 12);
        var report = sample with { Evaluation = sample.Evaluation with { Objective = "log_loss" } };
        var section = Section(ReportPage.Render(report), "Trials");
        var values = section.Descendants("tbody").First().Elements("tr").Select(line => line.Elements("td").ElementAt(2).Value).ToArray();

        Assert.Equal(values.Order(StringComparer.Ordinal), values);
    }

    [Theory]
    [InlineData(0, "Nothing was searched: the candidate was fitted as it is given.")]
    [InlineData(1, "1 trial, judged by f1_macro on the validation split; ")]
    public void Few_trials_need_no_chart(int trials, string words)
    {
        var section = Section(ReportPage.Render(ReportSamples.Of(ReportSamples.Sentiments, 200, trials)), "Trials");

        Assert.StartsWith(words, section.Element("p")!.Value, StringComparison.Ordinal);
        Assert.Empty(section.Descendants("svg"));
    }

    [Fact]
    public void A_model_that_reached_little_still_has_a_page()
    {
        var sample = ReportSamples.Of(ReportSamples.Sentiments, 100, 3);
        var report = sample with
        {
            Version = null,
            Gates = [],
            Trials = [.. sample.Trials.Select(trial => trial with { Value = null, Error = "no memory" })],
            BestTrial = null,
            Curves = [],
            Contract = null,
            Evaluation = new() { Objective = "roc_auc", Metrics = new Dictionary<string, double>(), ConfusionMatrix = [[0, 0], [0, 0]] },
            Lineage = sample.Lineage with { Labels = new Dictionary<string, long>(), Rows = new Dictionary<string, long>(), Inputs = new Dictionary<string, string>() },
        };
        var page = Parse(ReportPage.Render(report));

        Assert.Contains(page.Descendants("span"), pill => pill.Value == "not registered");
        Assert.Contains(page.Descendants("span"), pill => pill.Value == "no gates");
        Assert.Contains(page.Descendants("div"), box => box.Value == "undefined");
        Assert.DoesNotContain("NaN", page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_report_is_the_same_page() =>
        Assert.Equal(ReportPage.Render(ReportSamples.Of(ReportSamples.Ratings, 300, 5)), ReportPage.Render(ReportSamples.Of(ReportSamples.Ratings, 300, 5)));

    private static string[] Labels(string shape) => shape switch { "two" => ReportSamples.Sentiments, "three" => ReportSamples.Ratings, _ => ReportSamples.Intents };

    private static XElement Section(string html, string heading) => Parse(html).Descendants("section").Single(section => section.Element("h2")!.Value == heading);

    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader);
    }
}
