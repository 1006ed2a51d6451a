using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Features;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Tests.Features;

public sealed class TfidfVectorizerTests
{
    private static readonly string[] Texts = ["red red blue", "blue the green", "green blue blue green"];

    [Fact]
    public void Counts_stand_as_they_are_without_idf_and_norm()
    {
        var (vectorizer, rows) = Fit(Texts, new TfidfFeatures { UseIdf = false, Norm = VectorNorm.None });
        Assert.Equal(["blue", "green", "red", "the"], vectorizer.Vocabulary);
        Assert.Empty(vectorizer.Idf);
        Assert.Equal([1, 2, 1, 1, 1, 2, 2], rows.Values);
        Assert.Equal([0, 2, 0, 1, 3, 0, 1], rows.ColumnIndices);
    }

    [Fact]
    public void Binary_counts_a_term_once_a_text() =>
        Assert.All(Fit(Texts, new TfidfFeatures { UseIdf = false, Norm = VectorNorm.None, Binary = true }).Rows.Values, value => Assert.Equal(1, value));

    [Fact]
    public void Stop_words_go_before_words_are_joined() =>
        Assert.Equal(["blue", "blue blue", "blue green", "green", "green blue", "red", "red blue", "red red"], Fit(Texts, new TfidfFeatures { NgramMax = 2, StopWords = StopWordList.English }).Vectorizer.Vocabulary);

    [Theory]
    [InlineData(1, new[] { "blue" })]
    [InlineData(2, new[] { "blue", "green" })]
    [InlineData(3, new[] { "blue", "green", "red" })]
    public void The_most_frequent_terms_stay_and_of_equal_ones_the_first(int limit, string[] expected) =>
        Assert.Equal(expected, Fit(["red red blue", "blue the green the", "green blue blue"], new TfidfFeatures { MaxFeatures = limit }).Vectorizer.Vocabulary);

    [Fact]
    public void Frequencies_that_are_the_limits_stay()
    {
        var (vectorizer, _) = Fit(["aa bb", "aa cc", "aa bb", "dd cc"], new TfidfFeatures { MinDf = "2", MaxDf = "0.5" });
        Assert.Equal(["bb", "cc"], vectorizer.Vocabulary);
    }

    [Fact]
    public void A_text_without_known_terms_is_a_row_of_zeros()
    {
        var rows = Fit(Texts, new TfidfFeatures()).Vectorizer.Transform(["", "yellow", "!"], CancellationToken.None);
        Assert.Equal([0, 0, 0, 0], rows.RowStarts);
        Assert.Equal(4, rows.Columns);
    }

    [Fact]
    public void Half_a_character_is_the_replacement_character()
    {
        var (vectorizer, _) = Fit(["a\uD800b"], new TfidfFeatures { Analyzer = TfidfAnalyzer.Char, Lowercase = false });
        Assert.Equal(["a", "b", "\uFFFD"], vectorizer.Vocabulary);
    }

    [Fact]
    public void Many_terms_keep_their_columns()
    {
        string[] words = [.. Enumerable.Range(0, 20_000).Select(number => $"w{number:D5}")];
        var (vectorizer, rows) = Fit(words, new TfidfFeatures());
        Assert.Equal(words, vectorizer.Vocabulary);
        Assert.Equal(Enumerable.Range(0, 20_000), rows.ColumnIndices);
    }

    private static (TfidfVectorizer Vectorizer, CsrMatrix Rows) Fit(string[] texts, TfidfFeatures settings) =>
        TfidfVectorizer.FitTransform(settings, texts, CancellationToken.None);
}
