using System.Text.Json;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features;
using TextOps.Learning.Matrices;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Features;

/// <summary>scikit-learn's own vectors, from the shared data.</summary>
public sealed class TfidfGoldenTests
{
    [Fact]
    public void Equals_scikit_learn_in_every_case()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Repository.SharedData("reference", "tfidf_vectors.json")));
        var (texts, unseen) = (Texts(golden, "texts"), Texts(golden, "new_texts"));
        var cases = golden.RootElement.GetProperty("cases").EnumerateArray()

            // One case takes words of one character, which is no setting here.
            .Where(item => item.GetProperty("params").GetProperty("token_pattern").GetString() == @"(?u)\b\w\w+\b").ToList();
        Assert.Equal(9, cases.Count);
        foreach (var expected in cases)
        {
            var name = expected.GetProperty("name").GetString();
            var settings = Settings(expected.GetProperty("params"));
            var (vectorizer, rows) = TfidfVectorizer.FitTransform(settings, texts, CancellationToken.None);

            Assert.Equal(expected.GetProperty("vocabulary").EnumerateArray().Select(term => term.GetString()!), vectorizer.Vocabulary);
            if (expected.TryGetProperty("idf", out var idf) && idf.ValueKind == JsonValueKind.Array)
            {
                Assert.All(idf.EnumerateArray().Zip(vectorizer.Idf), pair => Close(pair.First.GetDouble(), pair.Second, $"{name} idf"));
            }

            Same(expected.GetProperty("rows"), rows, $"{name} rows");
            Same(expected.GetProperty("rows"), vectorizer.Transform(texts, CancellationToken.None), $"{name} rows again");
            Same(expected.GetProperty("new_rows"), vectorizer.Transform(unseen, CancellationToken.None), $"{name} new rows");
        }
    }

    private static string[] Texts(JsonDocument golden, string field) => [.. golden.RootElement.GetProperty(field).EnumerateArray().Select(text => text.GetString()!)];

    private static void Same(JsonElement expected, CsrMatrix actual, string what)
    {
        var row = 0;
        foreach (var line in expected.EnumerateArray())
        {
            var (start, end) = (actual.RowStarts[row], actual.RowStarts[row + 1]);
            var columns = line.GetProperty("i").EnumerateArray().Select(index => index.GetInt32()).ToArray();
            Assert.True(columns.AsSpan().SequenceEqual(actual.ColumnIndices.AsSpan(start..end)), $"{what}: columns of row {row}");
            var values = line.GetProperty("v").EnumerateArray().Select(value => value.GetDouble()).ToArray();
            for (var i = 0; i < values.Length; i++)
            {
                Close(values[i], actual.Values[start + i], $"{what}: row {row}");
            }

            row++;
        }

        Assert.Equal(row, actual.Rows);
    }

    private static void Close(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-12 * Math.Abs(expected), $"{what}: {actual:R} is not {expected:R}");

    private static TfidfFeatures Settings(JsonElement given)
    {
        var range = given.GetProperty("ngram_range");
        return new TfidfFeatures
        {
            Analyzer = given.GetProperty("analyzer").GetString() switch { "word" => TfidfAnalyzer.Word, "char" => TfidfAnalyzer.Char, _ => TfidfAnalyzer.CharWb },
            NgramMin = range[0].GetInt32(),
            NgramMax = range[1].GetInt32(),
            Lowercase = given.GetProperty("lowercase").GetBoolean(),
            StripAccents = given.GetProperty("strip_accents").GetString() switch { null => AccentStripping.None, "ascii" => AccentStripping.Ascii, _ => AccentStripping.Unicode },
            StopWords = given.GetProperty("stop_words").GetString() is null ? StopWordList.None : StopWordList.English,
            MinDf = Limit(given.GetProperty("min_df")),
            MaxDf = Limit(given.GetProperty("max_df")),
            MaxFeatures = given.GetProperty("max_features") is { ValueKind: JsonValueKind.Number } limit ? limit.GetInt32() : null,
            SublinearTf = given.GetProperty("sublinear_tf").GetBoolean(),
            Binary = given.TryGetProperty("binary", out var binary) && binary.GetBoolean(),
            UseIdf = given.GetProperty("use_idf").GetBoolean(),
            SmoothIdf = given.GetProperty("smooth_idf").GetBoolean(),
            Norm = given.GetProperty("norm").GetString() switch { "l2" => VectorNorm.L2, "l1" => VectorNorm.L1, _ => VectorNorm.None },
        };
    }

    private static string Limit(JsonElement value) => value.GetRawText();
}
