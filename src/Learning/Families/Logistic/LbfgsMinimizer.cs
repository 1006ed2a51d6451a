using System.Runtime.InteropServices;

namespace TextOps.Learning.Families.Logistic;

/// <summary>Minimises a <see cref="LogisticProblem"/> by L-BFGS.</summary>
/// <param name="tolerance">It ends where no component of the gradient, without scales, is larger, and the next step promises no more.</param>
internal sealed class LbfgsMinimizer(LogisticProblem problem, double tolerance, int maxIterations)
{
    private const int HistorySize = 10;

    // So many iterations in a row that change the loss by rounding only end the search.
    private const int MostIdle = 5;

    /// <summary>Searches for the minimum.</summary>
    /// <exception cref="TrainingException">The loss is not finite.</exception>
    public Outcome Minimize(CancellationToken cancellationToken)
    {
        var (parameters, direction) = (new double[problem.Length], new double[problem.Length]);
        var (gradient, before) = (new double[problem.Length], new double[problem.Length]);
        var history = new LbfgsHistory(problem.Length, HistorySize);
        var rowLoss = problem.Start(parameters);
        var penalty = 0.0;
        problem.Gradient(parameters, gradient);
        var (iterations, idle) = (0, 0);
        var hasHistory = false;
        var converged = false;
        for (; ; iterations++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (parameterProduct, ownProduct, norm) = history.Direct(gradient, parameters, problem.Penalty, direction);
            var slope = FixedOrder.Dot(gradient, direction);

            // Half the slope is what a quasi-Newton step promises. Columns that hardly occur have small gradients from the start, however far they are from their minimum.
            converged = problem.LargestUnscaled(gradient) <= tolerance && -slope / 2 <= tolerance;
            if (converged || iterations == maxIterations || idle == MostIdle)
            {
                break;
            }

            problem.Face(direction);
            var loss = rowLoss + penalty;
            var start = penalty;
            var found = slope < 0 ? LineSearch.Find(At, loss, slope) : null;
            if (found is not { } step)
            {
                if (!hasHistory)
                {
                    break;
                }

                history.Clear();
                hasHistory = false;
                continue;
            }

            FixedOrder.AddScaled(direction, step.Step, parameters);
            problem.Move(step.Step);
            penalty = PenaltyAt(step.Step);
            rowLoss = step.Value - penalty;
            (gradient, before) = (before, gradient);
            problem.Gradient(parameters, gradient);
            if (!double.IsFinite(step.Value) || !double.IsFinite(norm))
            {
                throw new TrainingException($"logistic regression diverged: its loss is {step.Value} after {iterations + 1} iterations; scale the features, or lower c");
            }

            history.Add(direction, norm, gradient, before, step.Step);
            hasHistory = true;
            idle = loss - step.Value <= 4 * double.Epsilon + (1e-15 * Math.Abs(loss)) ? idle + 1 : 0;

            (double, double) At(double length)
            {
                var (value, rowSlope) = problem.Along(length);
                return (value + PenaltyAt(length), rowSlope + parameterProduct + (length * ownProduct));
            }

            double PenaltyAt(double length) => start + (length * parameterProduct) + (0.5 * length * length * ownProduct);
        }

        return new Outcome(parameters, iterations, rowLoss + penalty, problem.LargestUnscaled(gradient), converged);
    }

    /// <summary>Where a search ended.</summary>
    /// <param name="Gradient">Largest component of the gradient, without scales.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Outcome(double[] Parameters, int Iterations, double Loss, double Gradient, bool Converged);
}
