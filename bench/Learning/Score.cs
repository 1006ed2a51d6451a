namespace TextOps.Bench.Learning;

/// <summary>Accuracy and macro F1 of probabilities.</summary>
internal static class Score
{
    public static (double Accuracy, double MacroF1) Of(double[] probabilities, int[] truth, int labels)
    {
        var (right, predicted, actual) = (new int[labels], new int[labels], new int[labels]);
        for (var row = 0; row < truth.Length; row++)
        {
            var chances = probabilities.AsSpan(row * labels, labels);
            var best = 0;
            for (var label = 1; label < labels; label++)
            {
                best = chances[label] > chances[best] ? label : best;
            }

            predicted[best]++;
            actual[truth[row]]++;
            right[best] += best == truth[row] ? 1 : 0;
        }

        var f1 = Enumerable.Range(0, labels).Where(label => predicted[label] + actual[label] > 0).Average(label => 2.0 * right[label] / (predicted[label] + actual[label]));
        return ((double)right.Sum() / truth.Length, f1);
    }
}
