using TextOps.Crds.Tasks;

namespace TextOps.Runner.Progress;

/// <summary>Counts what a task does; read at any time by the progress server. Safe for use by many threads at once.</summary>
internal sealed class ProgressMeter(TimeProvider time)
{
    private readonly RateWindow unitRate = new(time);
    private readonly RateWindow chunkRate = new(time);
    private readonly RateWindow tokenRate = new(time);
    private volatile string phase = "Starting";
    private long total;
    private long done;
    private long rows;
    private long rejected;
    private long chunks;
    private long tokens;

    /// <summary>Says what the task does from now on; <paramref name="total"/> units of it where it is known.</summary>
    public void Begin(string phase, long total = 0)
    {
        Interlocked.Exchange(ref this.total, total);
        Interlocked.Exchange(ref done, 0);
        this.phase = phase;
    }

    /// <summary>Says that all units are done, those too that nobody counted.</summary>
    public void Finish() => Interlocked.Exchange(ref done, Interlocked.Read(ref total));

    /// <summary>Counts what earlier attempts did; it is no speed.</summary>
    public void Resume(long rows, long rejected, long chunks, long tokens)
    {
        Read(rows, rejected);
        Interlocked.Add(ref this.chunks, chunks);
        Interlocked.Add(ref this.tokens, tokens);
    }

    /// <summary>Counts units that an earlier attempt did: they count as done, not as speed.</summary>
    public void Skip(long units) => Interlocked.Add(ref done, units);

    /// <summary>Counts units done.</summary>
    public void Advance(long units)
    {
        Interlocked.Add(ref done, units);
        unitRate.Add(units);
    }

    /// <summary>Counts rows read, and how many of them were rejected.</summary>
    public void Read(long rows, long rejected)
    {
        Interlocked.Add(ref this.rows, rows);
        Interlocked.Add(ref this.rejected, rejected);
    }

    /// <summary>Counts chunks and tokens embedded.</summary>
    public void Embedded(long chunks, long tokens)
    {
        Interlocked.Add(ref this.chunks, chunks);
        Interlocked.Add(ref this.tokens, tokens);
        chunkRate.Add(chunks);
        tokenRate.Add(tokens);
    }

    /// <summary>What is to be answered now.</summary>
    public TaskProgress Snapshot()
    {
        var (doneNow, totalNow) = (Interlocked.Read(ref done), Interlocked.Read(ref total));
        var rate = unitRate.PerSecond();
        return new TaskProgress
        {
            Phase = phase,
            Done = doneNow,
            Total = totalNow,
            Rows = Interlocked.Read(ref rows),
            Rejected = Interlocked.Read(ref rejected),
            Chunks = Interlocked.Read(ref chunks),
            Tokens = Interlocked.Read(ref tokens),
            ChunksPerSecond = Math.Round(chunkRate.PerSecond(), 1),
            TokensPerSecond = Math.Round(tokenRate.PerSecond(), 1),
            EtaSeconds = totalNow > 0 && rate > 0 ? Math.Round(Math.Max(0, totalNow - doneNow) / rate, 1) : null,
        };
    }
}
