using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace TextOps.Hosting.Tests.Metrics;

/// <summary>
/// A strict reader of OpenMetrics 1.0 text, written from its ABNF and its rules on names, units, order and histograms; and of what the older format has in
/// common with it. It fails with the line.
/// </summary>
internal sealed partial class ExpositionParser
{
    private readonly bool openMetrics;
    private readonly Dictionary<string, Family> families = new(StringComparer.Ordinal);
    private readonly HashSet<string> series = new(StringComparer.Ordinal);
    private Family? current;
    private string line = "";

    private ExpositionParser(bool openMetrics) => this.openMetrics = openMetrics;

    public static IReadOnlyDictionary<string, Family> Parse(string text, bool openMetrics = true)
    {
        var parser = new ExpositionParser(openMetrics);
        parser.ReadAll(text);
        return parser.families;
    }

    private void ReadAll(string text)
    {
        Require(text.Length == 0 || text[^1] == '\n', "the document must end with a line feed");
        Require(!text.Contains('\r', StringComparison.Ordinal), "lines end with LF alone");
        var lines = text.Split('\n')[..^1];
        if (openMetrics)
        {
            Require(lines is [.., "# EOF"], "the last line must be # EOF");
            lines = lines[..^1];
        }

        foreach (var next in lines)
        {
            line = next;
            Require(line.Length > 0, "empty lines are not allowed");
            if (line[0] == '#')
            {
                ReadMetadata();
            }
            else
            {
                ReadSample();
            }
        }

        foreach (var family in families.Values.Where(family => family.Type == "histogram"))
        {
            CheckHistogram(family);
        }
    }

    private void ReadMetadata()
    {
        var match = MetadataLine().Match(line);
        Require(match.Success, "not '# TYPE|UNIT|HELP name value'");
        var (what, name, value) = (match.Groups["what"].Value, match.Groups["name"].Value, match.Groups["value"].Value);
        if (current?.Name != name)
        {
            Require(!families.ContainsKey(name), "the lines of a family must stand together");
            current = families[name] = new Family(name);
        }

        Require(current.Samples.Count == 0, "metadata must come before the samples");
        Require(current.Metadata.Add(what), $"a second {what} of a family");
        switch (what)
        {
            case "TYPE":
                Require(value is "counter" or "gauge" or "histogram", "unknown type");
                Require(!openMetrics || value != "counter" || !name.EndsWith("_total", StringComparison.Ordinal), "_total belongs to the sample, not to the family");
                current.Type = value;
                break;
            case "UNIT":
                Require(openMetrics, "UNIT is OpenMetrics' alone");
                Require(name.EndsWith("_" + value, StringComparison.Ordinal), "the name must end with the unit");
                current.Unit = value;
                break;
            default:
                current.Help = Unescape(value, quotes: openMetrics);
                break;
        }
    }

    private void ReadSample()
    {
        var match = SampleLine().Match(line);
        Require(match.Success, "not 'name{labels} value'");
        var (name, value) = (match.Groups["name"].Value, Number(match.Groups["value"].Value));
        Require(current?.Type is not null, "a sample without a family");
        var family = current!;
        var suffixes = family.Type switch
        {
            "counter" => openMetrics ? new[] { "_total" } : [""],
            "gauge" => [""],
            _ => ["_bucket", "_sum", "_count"],
        };
        Require(suffixes.Any(suffix => name == family.Name + suffix), $"this name is not one of {family.Type} {family.Name}");
        Require(family.Type != "counter" || value >= 0, "a counter below zero");
        var labels = Labels(match.Groups["labels"].Value);
        Require(labels.ContainsKey("le") == name.EndsWith("_bucket", StringComparison.Ordinal), "le belongs to buckets and to nothing else");
        Require(series.Add(name + match.Groups["labels"].Value), "the same series twice");
        family.Samples.Add(new Sample(name, labels, value));
    }

    private SortedDictionary<string, string> Labels(string text)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var at = 0;
        while (at < text.Length)
        {
            var match = Label().Match(text, at);
            Require(match.Success && match.Index == at, "not name=\"value\"");
            Require(labels.TryAdd(match.Groups["name"].Value, Unescape(match.Groups["value"].Value, quotes: true)), "a label twice");
            at += match.Length;
            Require(at == text.Length || text[at] == ',', "labels are separated by commas");
            at++;
            Require(at != text.Length, "a comma without a label after it");
        }

        return labels;
    }

    private void CheckHistogram(Family family)
    {
        foreach (var one in family.Samples.GroupBy(sample => string.Join(',', sample.Labels.Where(label => label.Key != "le").Select(label => $"{label.Key}={label.Value}"))))
        {
            line = $"{family.Name}{{{one.Key}}}";
            var buckets = one.Where(sample => sample.Name.EndsWith("_bucket", StringComparison.Ordinal)).ToList();
            Require(buckets is [.., { } last] && last.Labels["le"] == "+Inf", "the last bucket must be +Inf");
            Require(buckets.Select(bucket => Number(bucket.Labels["le"])).SequenceEqual(buckets.Select(bucket => Number(bucket.Labels["le"])).Order()), "bounds must ascend");
            Require(buckets.Zip(buckets.Skip(1)).All(pair => pair.First.Value <= pair.Second.Value), "counts must not fall");
            Require(one.Single(sample => sample.Name.EndsWith("_count", StringComparison.Ordinal)).Value == buckets[^1].Value, "count must be that of +Inf");
            Require(one.Count(sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal)) == 1, "one sum");
            Require(!openMetrics || buckets.All(bucket => bucket.Labels["le"].AsSpan().IndexOfAny(".eEI") >= 0), "bounds are floating-point numbers");
        }
    }

    private double Number(string text)
    {
        Require(text is "NaN" or "+Inf" or "-Inf" || RealNumber().IsMatch(text), $"'{text}' is not a number");
        return text switch
        {
            "NaN" => double.NaN,
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
    }

    private string Unescape(string text, bool quotes)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            Require(++i < text.Length && (text[i] is '\\' or 'n' || (text[i] == '"' && quotes)), "an unknown escape");
            plain.Append(text[i] == 'n' ? '\n' : text[i]);
        }

        return plain.ToString();
    }

    private void Require(bool holds, string rule) => Assert.True(holds, $"{rule}: {line}");

    [GeneratedRegex(@"^# (?<what>TYPE|UNIT|HELP) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<value>.*)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex MetadataLine();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>[^ ]+)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SampleLine();

    [GeneratedRegex("(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=\"(?<value>([^\"\\\\\n]|\\\\.)*)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Label();

    [GeneratedRegex(@"^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RealNumber();

    internal sealed class Family(string name)
    {
        public string Name { get; } = name;

        public string? Type { get; set; }

        public string? Unit { get; set; }

        public string? Help { get; set; }

        public HashSet<string> Metadata { get; } = [];

        public List<Sample> Samples { get; } = [];

        /// <summary>The value of the one sample with these labels.</summary>
        public double Value(params (string Name, string Value)[] labels) =>
            Samples.Single(sample => sample.Labels.Count == labels.Length && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Value;
    }

    internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
}
