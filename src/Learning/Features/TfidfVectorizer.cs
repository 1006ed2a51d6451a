using System.Buffers;
using System.Globalization;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Features.Text;
using TextOps.Learning.Matrices;

namespace TextOps.Learning.Features;

/// <summary>Weighted counts of n-grams as scikit-learn's <c>TfidfVectorizer</c> gives them. Safe for use by many threads at once.</summary>
public sealed class TfidfVectorizer
{
    private readonly TermTable terms;
    private readonly double[] idf;

    private TfidfVectorizer(TfidfFeatures settings, IReadOnlyList<string> vocabulary, double[] idf)
    {
        (Settings, Vocabulary, this.idf) = (settings, vocabulary, idf);
        terms = TermTable.Of(vocabulary);
    }

    /// <summary>How texts become terms and terms weights.</summary>
    public TfidfFeatures Settings { get; }

    /// <summary>The term of each column, by code point.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>The inverse document frequency of each column; empty where <see cref="TfidfFeatures.UseIdf"/> is off.</summary>
    public IReadOnlyList<double> Idf => idf;

    /// <summary>A vectorizer that was fitted before.</summary>
    /// <exception cref="ArgumentException">A term is twice in the vocabulary, or there is not one idf for each of its terms.</exception>
    public static TfidfVectorizer Of(TfidfFeatures settings, IReadOnlyList<string> vocabulary, IReadOnlyList<double> idf)
    {
        if (idf.Count != (settings.UseIdf ? vocabulary.Count : 0))
        {
            throw new ArgumentException($"{idf.Count} idf values are not those of {vocabulary.Count} terms (useIdf {settings.UseIdf})", nameof(idf));
        }

        var vectorizer = new TfidfVectorizer(settings, vocabulary, [.. idf]);
        return vectorizer.terms.Count == vocabulary.Count ? vectorizer : throw new ArgumentException("a term is twice in the vocabulary", nameof(vocabulary));
    }

    /// <summary>Learns the vocabulary of texts and weighs them.</summary>
    /// <returns>The vectorizer, and the texts as rows <c>[texts, vocabulary]</c>, equal to what <see cref="Transform"/> gives.</returns>
    /// <exception cref="TrainingException">No term is left.</exception>
    public static (TfidfVectorizer Vectorizer, CsrMatrix Rows) FitTransform(TfidfFeatures settings, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var counted = TermCounts.Count(settings, texts, cancellationToken);
        var columns = ColumnsOf(settings, counted, texts.Count);
        var (vocabulary, frequencies) = (new string[columns.Length], new int[columns.Length]);
        var columnOf = new int[counted.Terms.Count];
        Array.Fill(columnOf, -1);
        for (var column = 0; column < columns.Length; column++)
        {
            vocabulary[column] = counted.Terms[columns[column]].ToString();
            frequencies[column] = counted.TextsOf[columns[column]];
            columnOf[columns[column]] = column;
        }

        var vectorizer = new TfidfVectorizer(settings, vocabulary, settings.UseIdf ? IdfOf(settings, frequencies, texts.Count) : []);
        var builder = new CsrBuilder(texts.Count, counted.Rows.Length);
        var row = new List<ulong>();
        for (var text = 0; text < texts.Count; text++)
        {
            row.Clear();
            foreach (var (term, count) in counted.RowOf(text))
            {
                if (columnOf[term] is >= 0 and var column)
                {
                    row.Add(((ulong)(uint)column << 32) | (uint)count);
                }
            }

            row.Sort();
            vectorizer.AppendRow(row, builder);
        }

        return (vectorizer, builder.Build(columns.Length));
    }

    /// <summary>Weighs texts; terms that are not in the vocabulary are ignored.</summary>
    /// <returns>Rows <c>[texts, vocabulary]</c>.</returns>
    public CsrMatrix Transform(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var analyzer = new TermAnalyzer(Settings);
        var builder = new CsrBuilder(texts.Count, texts.Count * 16);
        var (found, row) = (new List<int>(), new List<ulong>());
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            analyzer.Analyze(text);
            found.Clear();
            foreach (var piece in analyzer.Terms)
            {
                if (terms.Find(analyzer.Buffer.Slice(piece.Start, piece.Length)) is >= 0 and var column)
                {
                    found.Add(column);
                }
            }

            found.Sort();
            row.Clear();
            for (var start = 0; start < found.Count;)
            {
                var end = start + 1;
                while (end < found.Count && found[end] == found[start])
                {
                    end++;
                }

                row.Add(((ulong)(uint)found[start] << 32) | (uint)(end - start));
                start = end;
            }

            AppendRow(row, builder);
        }

        return builder.Build(Vocabulary.Count);
    }

    /// <summary>Appends a row of column numbers (upper half, rising) and counts (lower half).</summary>
    private void AppendRow(List<ulong> row, CsrBuilder builder)
    {
        builder.AppendRow(row.Count, out var columns, out var values);
        var norm = 0.0;
        for (var i = 0; i < row.Count; i++)
        {
            columns[i] = (int)(row[i] >> 32);
            var count = Settings.Binary ? 1 : (uint)row[i];
            var value = !Settings.SublinearTf ? count : count == 1 ? 1 : Math.Log(count) + 1;
            values[i] = Settings.UseIdf ? value * idf[columns[i]] : value;
            norm += Settings.Norm == VectorNorm.L2 ? values[i] * values[i] : Math.Abs(values[i]);
        }

        norm = Settings.Norm == VectorNorm.L2 ? Math.Sqrt(norm) : norm;
        if (Settings.Norm == VectorNorm.None || norm == 0)
        {
            return;
        }

        foreach (ref var value in values)
        {
            value /= norm;
        }
    }

    /// <summary>Which terms stay, in the order of their columns.</summary>
    private static int[] ColumnsOf(TfidfFeatures settings, TermCounts counted, int texts)
    {
        if (counted.Terms.Count == 0)
        {
            throw new TrainingException($"tfidf: none of {texts} texts has a term; they are empty, or hold only stop words or words of one character");
        }

        var (least, most) = (LimitOf(settings.MinDf, texts), LimitOf(settings.MaxDf, texts));
        var kept = Array.FindAll(CodePointOrder.Sort(counted.Terms), term => counted.TextsOf[term] >= least && counted.TextsOf[term] <= most);
        if (kept.Length == 0)
        {
            throw new TrainingException(
                $"tfidf: of {counted.Terms.Count} terms in {texts} texts none is in at least minDf ({settings.MinDf}) and at most maxDf ({settings.MaxDf}) texts; lower minDf or raise maxDf");
        }

        if (settings.MaxFeatures is not { } limit || kept.Length <= limit)
        {
            return kept;
        }

        // Of equal counts the first by code point: the sort is stable.
        var chosen = kept.OrderByDescending(term => settings.Binary ? counted.TextsOf[term] : counted.Totals[term]).Take(limit).ToHashSet();
        return Array.FindAll(kept, chosen.Contains);
    }

    /// <summary>A number of texts: given, or with a point a part of all.</summary>
    private static double LimitOf(string limit, int texts)
    {
        var value = double.Parse(limit, CultureInfo.InvariantCulture);
        return limit.Contains('.', StringComparison.Ordinal) ? value * texts : value;
    }

    private static double[] IdfOf(TfidfFeatures settings, int[] frequencies, int texts)
    {
        var more = settings.SmoothIdf ? 1.0 : 0.0;
        return Array.ConvertAll(frequencies, frequency => Math.Log((texts + more) / (frequency + more)) + 1);
    }
}
