using TextOps.Learning.Models;
using TextOps.Runner.Serve.Batching;

namespace TextOps.Runner.Serve;

/// <summary>Whether requests should come here: the model answered just now, or does when it is asked.</summary>
internal sealed class Readiness(ServeState state, ITextModel model, DynamicBatcher batcher, RunWatch watch, TimeProvider time)
{
    private static readonly TimeSpan Recently = TimeSpan.FromSeconds(1);

    // Runs that take longer than this while requests wait are no sign of life.
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private Task? asked;

    /// <summary>How long the model may take for an answer: less than the 5 s after which a kubelet hangs up.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What goes on in the server.</summary>
    public ServeState State => state;

    /// <summary>An input that every kind of model takes.</summary>
    public static ModelInput Question { get; } = new() { Text = "Is anybody there?", Pair = "Yes." };

    /// <summary>Asks the model, or waits for the answer that somebody else waits for.</summary>
    public Task AskAsync()
    {
        lock (gate)
        {
            if (asked is not { IsCompleted: false })
            {
                batcher.TryRun([model.Prepare(Question with { Pair = PairOf(model) })], always: true, out var answer, CancellationToken.None);
                asked = answer;
            }

            return asked;
        }
    }

    /// <summary>Why not; null where it is ready. At most once a second it runs the model, and not at all while requests do.</summary>
    public async ValueTask<string?> FaultAsync()
    {
        if (state.IsDraining)
        {
            return "the server is draining";
        }

        if (watch.SucceededWithin(Recently))
        {
            return null;
        }

        try
        {
            await AskAsync().WaitAsync(MaxWait, time);
            return null;
        }
        catch (TimeoutException) when (watch.SucceededWithin(Busy))
        {
            // It answers requests that came before this one: a full queue must not take the pod out of its Service, and its load to the others.
            return null;
        }
        catch (TimeoutException)
        {
            return $"the model did not answer within {MaxWait.TotalSeconds:0.##} s";
        }
        catch (Exception error)
        {
            return $"the model does not answer: {error.Message}";
        }
    }

    private static string? PairOf(ITextModel model) => model.Kind == TextModelKind.TextRanking ? Question.Pair : null;
}
