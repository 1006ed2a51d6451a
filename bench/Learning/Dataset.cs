using System.Text;

namespace TextOps.Bench.Learning;

/// <summary>Texts with labels, split as the reference rows were. Label numbers follow the sorted labels.</summary>
internal sealed record Dataset(string Name, Split Train, Split Test, IReadOnlyList<string> Labels)
{
    /// <summary>The datasets of the reference that are measured.</summary>
    public static IEnumerable<Func<string, Dataset>> All { get; } =
    [
        folder => Of("sst2", Tabs(Path.Combine(folder, "sst2/train.tsv")), Tabs(Path.Combine(folder, "sst2/test.tsv"))),
        folder => Of("trec_coarse", Questions(Path.Combine(folder, "trec/TREC.train")), Questions(Path.Combine(folder, "trec/TREC.test"))),
        folder => Of("banking77", Table(Path.Combine(folder, "banking77/train.csv")), Table(Path.Combine(folder, "banking77/test.csv"))),
    ];

    private static Dataset Of(string name, List<(string Text, string Label)> train, List<(string Text, string Label)> test)
    {
        string[] labels = [.. train.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal)];
        return new Dataset(name, Numbered(train), Numbered(test), labels);

        Split Numbered(List<(string Text, string Label)> rows) =>
            new([.. rows.Select(row => row.Text)], [.. rows.Select(row => Array.BinarySearch(labels, row.Label, StringComparer.Ordinal))]);
    }

    private static List<(string Text, string Label)> Tabs(string path) => [.. Lines(path, Encoding.UTF8).Select(line => line.Split('\t')).Select(cells => (cells[0], cells[1]))];

    private static List<(string Text, string Label)> Questions(string path) =>
        [.. Lines(path, Encoding.Latin1).Select(line => (line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..], line[..line.IndexOf(':', StringComparison.Ordinal)]))];

    private static List<(string Text, string Label)> Table(string path) => [.. Csv.Read(path).Skip(1).Select(cells => (cells[0], cells[1]))];

    private static IEnumerable<string> Lines(string path, Encoding encoding) => File.ReadAllText(path, encoding).Split('\n').Where(line => line.Length > 0);
}

/// <summary>Texts and the numbers of their labels.</summary>
internal sealed record Split(string[] Texts, int[] Labels);
