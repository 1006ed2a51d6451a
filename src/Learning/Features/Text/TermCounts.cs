using TextOps.Crds.TrainingRuns;

namespace TextOps.Learning.Features.Text;

/// <summary>How often each term is in each text, terms numbered as they came.</summary>
internal sealed class TermCounts
{
    private readonly int[] rowStarts;
    private (int Term, int Count)[] rows;
    private int[] textsOf = new int[1 << 8];
    private long[] totals = new long[1 << 8];

    private TermCounts(int texts) => (rowStarts, rows) = (new int[texts + 1], new (int, int)[texts * 8]);

    /// <summary>The terms.</summary>
    public TermTable Terms { get; } = new();

    /// <summary>Number of texts that have each term.</summary>
    public ReadOnlySpan<int> TextsOf => textsOf;

    /// <summary>How often each term is in all texts together.</summary>
    public ReadOnlySpan<long> Totals => totals;

    /// <summary>Terms and counts of all texts, side by side.</summary>
    public ReadOnlySpan<(int Term, int Count)> Rows => rows.AsSpan(0, rowStarts[^1]);

    /// <summary>Terms and counts of a text, in no order.</summary>
    public ReadOnlySpan<(int Term, int Count)> RowOf(int text) => rows.AsSpan(rowStarts[text], rowStarts[text + 1] - rowStarts[text]);

    /// <summary>Counts the terms of texts.</summary>
    public static TermCounts Count(TfidfFeatures settings, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var counts = new TermCounts(texts.Count);
        var analyzer = new TermAnalyzer(settings);
        var places = new int[1 << 8];
        var used = 0;
        for (var text = 0; text < texts.Count; text++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = used;
            analyzer.Analyze(texts[text]);
            foreach (var piece in analyzer.Terms)
            {
                var term = counts.Terms.GetOrAdd(analyzer.Buffer.Slice(piece.Start, piece.Length));
                if (term >= places.Length)
                {
                    Array.Resize(ref places, term * 2);
                    Array.Resize(ref counts.textsOf, term * 2);
                    Array.Resize(ref counts.totals, term * 2);
                }

                // Where the term's count of this text lies, plus one; a smaller number is left from another text.
                if (places[term] <= start)
                {
                    if (used == counts.rows.Length)
                    {
                        Array.Resize(ref counts.rows, checked((used * 2) + 16));
                    }

                    counts.rows[used++] = (term, 0);
                    counts.textsOf[term]++;
                    places[term] = used;
                }

                counts.rows[places[term] - 1].Count++;
                counts.totals[term]++;
            }

            counts.rowStarts[text + 1] = used;
        }

        return counts;
    }
}
