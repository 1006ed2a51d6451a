using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TextOps.Learning.Families.Logistic;

/// <summary>
/// The last steps of L-BFGS and the changes of the gradient along them (Nocedal and Wright, Numerical Optimization, 7.2). The two-loop recursion runs on inner products only (Chen, Wang and
/// Zhou, Large-scale L-BFGS using MapReduce, 2014), so that every stored vector is read twice an iteration: once for its inner products and once for the direction. Vectors are kept as
/// float32: they only shape the direction, and reading them is what takes the time.
/// </summary>
internal sealed class LbfgsHistory(int length, int size)
{
    // Parts of vectors that stay in the nearest cache while all stored ones pass by.
    private const int Part = 2048;

    private readonly List<Pair> pairs = [];
    private readonly double[,] stepTimesChange = new double[size, size];
    private readonly double[,] changeTimesChange = new double[size, size];
    private readonly double[] stepTimesGradient = new double[size];
    private readonly double[] changeTimesGradient = new double[size];
    private readonly double[] stepFactors = new double[size];
    private readonly double[] changeFactors = new double[size];

    /// <summary>Forgets everything.</summary>
    public void Clear() => pairs.Clear();

    /// <summary>Takes in the step just made.</summary>
    /// <param name="direction">The direction of the step.</param>
    /// <param name="norm">Its length.</param>
    /// <param name="gradient">The gradient after it.</param>
    /// <param name="before">The gradient before it.</param>
    public void Add(ReadOnlySpan<double> direction, double norm, ReadOnlySpan<double> gradient, ReadOnlySpan<double> before, double step)
    {
        var added = pairs.Count < size ? new Pair(pairs.Count, new float[length], new float[length]) : pairs[0];
        if (pairs.Count == size)
        {
            pairs.RemoveAt(0);
        }

        // Steps are kept at length 1: a pair means the same whatever both its vectors are divided by.
        var (stepScale, changeScale) = (1 / norm, 1 / (step * norm));
        pairs.Add(added);
        Reset(added.Slot);
        for (var start = 0; start < length; start += Part)
        {
            var range = new Range(start, Math.Min(start + Part, length));
            var addedStep = added.Step.AsSpan(range);
            var addedChange = added.Change.AsSpan(range);
            Scale(direction[range], default, stepScale, addedStep);
            Scale(gradient[range], before[range], changeScale, addedChange);
            foreach (var pair in pairs)
            {
                var products = Multiply(pair.Step.AsSpan(range), pair.Change.AsSpan(range), addedStep, addedChange, gradient[range]);
                stepTimesGradient[pair.Slot] += products.StepGradient;
                changeTimesGradient[pair.Slot] += products.ChangeGradient;
                stepTimesChange[pair.Slot, added.Slot] += products.StepChange;
                changeTimesChange[pair.Slot, added.Slot] += products.ChangeChange;
                if (pair.Slot != added.Slot)
                {
                    stepTimesChange[added.Slot, pair.Slot] += products.ChangeStep;
                    changeTimesChange[added.Slot, pair.Slot] += products.ChangeChange;
                }
            }
        }

        // Rounding may hide the curvature of a tiny step: such a pair would spoil the direction.
        if (!(stepTimesChange[added.Slot, added.Slot] > 1e-10 * Math.Sqrt(changeTimesChange[added.Slot, added.Slot])))
        {
            pairs.Clear();
        }
    }

    /// <summary>The quasi-Newton direction for the gradient given last to <see cref="Add"/>; the steepest one where there is no history.</summary>
    /// <returns>The inner product of direction and penalised parameters, that of the penalised direction with itself, and the direction's length.</returns>
    public (double ParameterProduct, double OwnProduct, double Norm) Direct(
        ReadOnlySpan<double> gradient, ReadOnlySpan<double> parameters, ReadOnlySpan<double> penalty, Span<double> direction)
    {
        var gradientFactor = Recur();
        var (parameterProduct, ownProduct, squares) = (0.0, 0.0, 0.0);
        Span<double> scratch = stackalloc double[Part];
        for (var start = 0; start < length; start += Part)
        {
            var range = new Range(start, Math.Min(start + Part, length));
            var target = direction[range];
            TensorPrimitives.Multiply(gradient[range], -gradientFactor, target);
            foreach (var pair in pairs)
            {
                Combine(pair.Step.AsSpan(range), -stepFactors[pair.Slot], pair.Change.AsSpan(range), -changeFactors[pair.Slot], target);
            }

            var penalised = scratch[..target.Length];
            TensorPrimitives.Multiply(penalty[range], target, penalised);
            parameterProduct += FixedOrder.Dot(penalised, parameters[range]);
            ownProduct += FixedOrder.Dot(penalised, target);
            squares += FixedOrder.Dot(target, target);
        }

        return (parameterProduct, ownProduct, Math.Sqrt(squares));
    }

    /// <summary>The two loops, on inner products: what each vector counts in the direction.</summary>
    /// <returns>What the gradient counts.</returns>
    private double Recur()
    {
        stepFactors.AsSpan().Clear();
        changeFactors.AsSpan().Clear();
        if (pairs.Count == 0)
        {
            return 1;
        }

        for (var i = pairs.Count - 1; i >= 0; i--)
        {
            var slot = pairs[i].Slot;
            var product = stepTimesGradient[slot];
            for (var j = pairs.Count - 1; j > i; j--)
            {
                product += changeFactors[pairs[j].Slot] * stepTimesChange[slot, pairs[j].Slot];
            }

            changeFactors[slot] = -product / stepTimesChange[slot, slot];
        }

        var last = pairs[^1].Slot;
        var scale = stepTimesChange[last, last] / changeTimesChange[last, last];
        foreach (var (slot, _, _) in pairs)
        {
            // What the first loop found is kept for the second in the factor of the step.
            stepFactors[slot] = -changeFactors[slot];
            changeFactors[slot] *= scale;
        }

        for (var i = 0; i < pairs.Count; i++)
        {
            var slot = pairs[i].Slot;
            var product = scale * changeTimesGradient[slot];
            for (var j = 0; j < pairs.Count; j++)
            {
                var other = pairs[j].Slot;
                product += changeFactors[other] * changeTimesChange[slot, other];
                if (j < i)
                {
                    product += stepFactors[other] * stepTimesChange[other, slot];
                }
            }

            stepFactors[slot] -= product / stepTimesChange[slot, slot];
        }

        return scale;
    }

    private void Reset(int slot)
    {
        stepTimesGradient.AsSpan().Clear();
        changeTimesGradient.AsSpan().Clear();
        for (var other = 0; other < size; other++)
        {
            stepTimesChange[slot, other] = stepTimesChange[other, slot] = 0;
            changeTimesChange[slot, other] = changeTimesChange[other, slot] = 0;
        }
    }

    /// <summary>target = (value - less) * factor.</summary>
    private static void Scale(ReadOnlySpan<double> values, ReadOnlySpan<double> less, double factor, Span<float> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = (float)((values[i] - (less.IsEmpty ? 0 : less[i])) * factor);
        }
    }

    private static void Combine(ReadOnlySpan<float> steps, double stepFactor, ReadOnlySpan<float> changes, double changeFactor, Span<double> target)
    {
        ref var step = ref MemoryMarshal.GetReference(steps);
        ref var change = ref MemoryMarshal.GetReference(changes);
        ref var sum = ref MemoryMarshal.GetReference(target);
        var (steps512, changes512) = (Vector512.Create(stepFactor), Vector512.Create(changeFactor));
        var i = 0;
        for (; i + Vector512<float>.Count <= target.Length; i += Vector512<float>.Count)
        {
            var (step0, step1) = Vector512.Widen(Vector512.LoadUnsafe(ref step, (nuint)i));
            var (change0, change1) = Vector512.Widen(Vector512.LoadUnsafe(ref change, (nuint)i));
            var sum0 = Vector512.FusedMultiplyAdd(steps512, step0, Vector512.LoadUnsafe(ref sum, (nuint)i));
            var sum1 = Vector512.FusedMultiplyAdd(steps512, step1, Vector512.LoadUnsafe(ref sum, (nuint)i + 8));
            Vector512.FusedMultiplyAdd(changes512, change0, sum0).StoreUnsafe(ref sum, (nuint)i);
            Vector512.FusedMultiplyAdd(changes512, change1, sum1).StoreUnsafe(ref sum, (nuint)i + 8);
        }

        for (; i < target.Length; i++)
        {
            target[i] += (stepFactor * steps[i]) + (changeFactor * changes[i]);
        }
    }

    private static Products Multiply(
        ReadOnlySpan<float> steps, ReadOnlySpan<float> changes, ReadOnlySpan<float> addedSteps, ReadOnlySpan<float> addedChanges, ReadOnlySpan<double> gradients)
    {
        ref var step = ref MemoryMarshal.GetReference(steps);
        ref var change = ref MemoryMarshal.GetReference(changes);
        ref var addedStep = ref MemoryMarshal.GetReference(addedSteps);
        ref var addedChange = ref MemoryMarshal.GetReference(addedChanges);
        ref var gradient = ref MemoryMarshal.GetReference(gradients);
        var (stepGradient, changeGradient, stepChange) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        var (changeStep, changeChange) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var i = 0;
        for (; i + Vector512<float>.Count <= steps.Length; i += Vector512<float>.Count)
        {
            var (step0, step1) = Vector512.Widen(Vector512.LoadUnsafe(ref step, (nuint)i));
            var (change0, change1) = Vector512.Widen(Vector512.LoadUnsafe(ref change, (nuint)i));
            var (addedStep0, addedStep1) = Vector512.Widen(Vector512.LoadUnsafe(ref addedStep, (nuint)i));
            var (addedChange0, addedChange1) = Vector512.Widen(Vector512.LoadUnsafe(ref addedChange, (nuint)i));
            var (gradient0, gradient1) = (Vector512.LoadUnsafe(ref gradient, (nuint)i), Vector512.LoadUnsafe(ref gradient, (nuint)i + 8));
            stepGradient = Vector512.FusedMultiplyAdd(step1, gradient1, Vector512.FusedMultiplyAdd(step0, gradient0, stepGradient));
            changeGradient = Vector512.FusedMultiplyAdd(change1, gradient1, Vector512.FusedMultiplyAdd(change0, gradient0, changeGradient));
            stepChange = Vector512.FusedMultiplyAdd(step1, addedChange1, Vector512.FusedMultiplyAdd(step0, addedChange0, stepChange));
            changeStep = Vector512.FusedMultiplyAdd(change1, addedStep1, Vector512.FusedMultiplyAdd(change0, addedStep0, changeStep));
            changeChange = Vector512.FusedMultiplyAdd(change1, addedChange1, Vector512.FusedMultiplyAdd(change0, addedChange0, changeChange));
        }

        var sums = new Products(FixedOrder.Sum(stepGradient), FixedOrder.Sum(changeGradient), FixedOrder.Sum(stepChange), FixedOrder.Sum(changeStep), FixedOrder.Sum(changeChange));
        for (; i < steps.Length; i++)
        {
            sums = new Products(
                sums.StepGradient + (steps[i] * gradients[i]),
                sums.ChangeGradient + (changes[i] * gradients[i]),
                sums.StepChange + ((double)steps[i] * addedChanges[i]),
                sums.ChangeStep + ((double)changes[i] * addedSteps[i]),
                sums.ChangeChange + ((double)changes[i] * addedChanges[i]));
        }

        return sums;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Products(double StepGradient, double ChangeGradient, double StepChange, double ChangeStep, double ChangeChange);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Pair(int Slot, float[] Step, float[] Change);
}
