using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Features;

/// <summary>Weighted counts of n-grams.</summary>
internal sealed class TfidfBlock(string name, TfidfVectorizer vectorizer) : PipelineBlock(name, isSparse: true, vectorizer.Vocabulary.Count)
{
    public TfidfVectorizer Vectorizer { get; } = vectorizer;

    public static (TfidfBlock Block, FeatureMatrix Training) Fit(string name, TfidfFeatures settings, IReadOnlyList<TextRow> rows, CancellationToken cancellationToken)
    {
        var (vectorizer, training) = TfidfVectorizer.FitTransform(settings, TextsOf(rows), cancellationToken);
        return (new TfidfBlock(name, vectorizer), new FeatureMatrix { Sparse = training });
    }

    internal override FeatureMatrix Transform(IReadOnlyList<TextRow> rows, CancellationToken cancellationToken) =>
        new() { Sparse = Vectorizer.Transform(TextsOf(rows), cancellationToken) };

    private static string[] TextsOf(IReadOnlyList<TextRow> rows) => [.. rows.Select(row => row.Text)];
}
