using System.Numerics.Tensors;

namespace TextOps.Learning.Families.Logistic;

/// <summary>Losses of rows along a line of logits. With one class column the loss is that of a sigmoid for label 1, else of a softmax.</summary>
internal sealed class LogisticLosses
{
    // Exponentials are computed for so many logits at once: they stay in the nearest cache.
    private const int LogitsAtOnce = 1024;

    private readonly int[] labels;
    private readonly double[] weights;
    private readonly int stride;
    private readonly double[] scratch;
    private readonly double[] largest;
    private readonly int rowsAtOnce;

    /// <summary>Makes the losses of rows.</summary>
    /// <param name="labels">Label of each row.</param>
    /// <param name="weights">Weight of each row.</param>
    /// <param name="stride">Logits of a row; those that stand for no class are minus infinity.</param>
    public LogisticLosses(int[] labels, double[] weights, int stride)
    {
        (this.labels, this.weights, this.stride) = (labels, weights, stride);
        rowsAtOnce = Math.Max(LogitsAtOnce / stride, 1);
        scratch = new double[rowsAtOnce * stride];
        largest = new double[rowsAtOnce];
    }

    /// <summary>The sum of losses at <c>logits + step * direction</c>, its derivative by the step, and the residuals (derivatives by each logit).</summary>
    public (double Value, double Slope) At(double step, ReadOnlySpan<double> logits, ReadOnlySpan<double> direction, Span<double> residuals)
    {
        var (value, slope) = (0.0, 0.0);
        var buffer = scratch.AsSpan();
        for (var start = 0; start < labels.Length; start += rowsAtOnce)
        {
            var rows = Math.Min(rowsAtOnce, labels.Length - start);
            var range = new Range(start * stride, (start + rows) * stride);
            FixedOrder.MultiplyAdd(direction[range], step, logits[range], buffer);
            value += stride == 1 ? Sigmoid(buffer, start, rows, residuals) : Softmax(buffer, start, rows, residuals);
            slope += FixedOrder.Dot(residuals[range], direction[range]);
        }

        return (value, slope);
    }

    private double Sigmoid(Span<double> buffer, int start, int rows, Span<double> residuals)
    {
        var powers = buffer[..rows];
        var margins = residuals.Slice(start, rows);
        powers.CopyTo(margins);
        TensorPrimitives.Abs(powers, powers);
        TensorPrimitives.Negate(powers, powers);
        FixedOrder.Exp(powers);
        var sum = 0.0;
        for (var row = 0; row < rows; row++)
        {
            // The loss is log(1 + e^-m) with m the margin towards the true label.
            var weight = weights[start + row];
            var positive = labels[start + row] == 1;
            var margin = positive ? margins[row] : -margins[row];
            var power = powers[row];
            sum += weight * (Math.Max(-margin, 0) + Math.Log(1 + power));
            var wrong = (margin > 0 ? power : 1) / (1 + power);
            margins[row] = positive ? -weight * wrong : weight * wrong;
        }

        return sum;
    }

    private double Softmax(Span<double> buffer, int start, int rows, Span<double> residuals)
    {
        var sum = 0.0;
        for (var row = 0; row < rows; row++)
        {
            var logits = buffer.Slice(row * stride, stride);
            largest[row] = logits[labels[start + row]];
            var max = TensorPrimitives.Max<double>(logits);
            TensorPrimitives.Subtract(logits, max, logits);

            // How far the true label lies below the largest.
            largest[row] = max - largest[row];
        }

        var all = buffer[..(rows * stride)];
        FixedOrder.Exp(all);
        for (var row = 0; row < rows; row++)
        {
            var powers = buffer.Slice(row * stride, stride);
            var (total, weight) = (FixedOrder.Sum(powers), weights[start + row]);
            var residual = residuals.Slice((start + row) * stride, stride);
            TensorPrimitives.Multiply(powers, weight / total, residual);
            residual[labels[start + row]] -= weight;
            sum += weight * (Math.Log(total) + largest[row]);
        }

        return sum;
    }
}
