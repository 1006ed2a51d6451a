using TextOps.Artifacts.Embeddings;
using TextOps.Runner.Progress;
using TextOps.Runner.Text;

namespace TextOps.Runner.Inputs;

/// <summary>
/// The inputs of a shard, which must stay as they were planned until they are read: what was read of a changed one would be in no manifest's inputs. Not for more
/// than one thread at a time.
/// </summary>
internal sealed class ShardInputs
{
    private readonly List<PinnedInput> inputs;
    private readonly DateTime[] written;
    private int read;

    public ShardInputs(VersionPlan plan, ShardPlan shard)
    {
        inputs = [.. shard.Ranges.Select(range => range.Input).Distinct().Select(input => plan.Inputs[input])];
        written = new DateTime[inputs.Count];
    }

    /// <summary>Compares all with the plan.</summary>
    /// <exception cref="InputException">One is gone or has changed.</exception>
    public async Task CheckAsync(ProgressMeter progress, CancellationToken cancellationToken)
    {
        progress.Begin("CheckingInputs", inputs.Sum(input => input.Bytes));
        for (var index = 0; index < inputs.Count; index++)
        {
            written[index] = InputFiles.WrittenAt(inputs[index].Uri);
            await InputFiles.CheckAsync(inputs[index], progress, cancellationToken);
        }
    }

    /// <summary>
    /// Compares those up to <paramref name="last"/> (all where it is null) again that were written to since. Those before it are read, and not looked at later.
    /// </summary>
    /// <param name="last">URI of the input that is being read: inputs are read in their order.</param>
    /// <exception cref="InputException">One is gone or has changed.</exception>
    public async Task CheckReadAsync(string? last, CancellationToken cancellationToken)
    {
        for (; read < inputs.Count; read++)
        {
            var now = InputFiles.WrittenAt(inputs[read].Uri);
            if (now != written[read])
            {
                await InputFiles.CheckAsync(inputs[read], progress: null, cancellationToken);
                written[read] = now;
            }

            if (inputs[read].Uri == last)
            {
                return;
            }
        }
    }
}
