using System.Diagnostics;

namespace TextOps.Bench.Embedding;

/// <summary>Tokens per second of one way to do the work; a step takes a batch's number and answers how many tokens it had.</summary>
internal sealed class Rate(Func<int, long> step)
{
    private readonly Stopwatch time = new();
    private long tokens;

    public double Seconds => time.Elapsed.TotalSeconds;

    public double PerSecond => tokens / Seconds;

    public void Warm(int batch) => step(batch);

    public void Measure(int batch)
    {
        time.Start();
        tokens += step(batch);
        time.Stop();
    }

    public override string ToString() => PerSecond.ToString("N0");
}
