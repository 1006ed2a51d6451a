using TextOps.Crds.Tasks;

namespace TextOps.Runner.Progress;

/// <summary>Counts what a task does; read at any time by the progress server. Safe for use by many threads at once.</summary>
internal sealed class ProgressMeter(TimeProvider time)
{
    private readonly RateWindow _units = new(time);
    private readonly RateWindow _chunkRate = new(time);
    private readonly RateWindow _tokenRate = new(time);
    private volatile string _phase = "Starting";
    private long _total;
    private long _done;
    private long _rows;
    private long _rejected;
    private long _chunks;
    private long _tokens;

    /// <summary>Says what the task does from now on; <paramref name="total"/> units of it where it is known.</summary>
    public void Begin(string phase, long total = 0)
    {
        Interlocked.Exchange(ref _total, total);
        Interlocked.Exchange(ref _done, 0);
        _phase = phase;
    }

    /// <summary>Says that all units are done, those too that nobody counted.</summary>
    public void Finish() => Interlocked.Exchange(ref _done, Interlocked.Read(ref _total));

    /// <summary>Counts what earlier attempts did; it is no speed.</summary>
    public void Resume(long rows, long rejected, long chunks, long tokens)
    {
        Read(rows, rejected);
        Interlocked.Add(ref _chunks, chunks);
        Interlocked.Add(ref _tokens, tokens);
    }

    /// <summary>Counts units that an earlier attempt did: they count as done, not as speed.</summary>
    public void Skip(long units) => Interlocked.Add(ref _done, units);

    /// <summary>Counts units done.</summary>
    public void Advance(long units)
    {
        Interlocked.Add(ref _done, units);
        _units.Add(units);
    }

    /// <summary>Counts rows read, and how many of them were rejected.</summary>
    public void Read(long rows, long rejected)
    {
        Interlocked.Add(ref _rows, rows);
        Interlocked.Add(ref _rejected, rejected);
    }

    /// <summary>Counts chunks and tokens embedded.</summary>
    public void Embedded(long chunks, long tokens)
    {
        Interlocked.Add(ref _chunks, chunks);
        Interlocked.Add(ref _tokens, tokens);
        _chunkRate.Add(chunks);
        _tokenRate.Add(tokens);
    }

    /// <summary>What is to be answered now.</summary>
    public TaskProgress Snapshot()
    {
        var (done, total) = (Interlocked.Read(ref _done), Interlocked.Read(ref _total));
        var rate = _units.PerSecond();
        return new TaskProgress
        {
            Phase = _phase,
            Done = done,
            Total = total,
            Rows = Interlocked.Read(ref _rows),
            Rejected = Interlocked.Read(ref _rejected),
            Chunks = Interlocked.Read(ref _chunks),
            Tokens = Interlocked.Read(ref _tokens),
            ChunksPerSecond = Math.Round(_chunkRate.PerSecond(), 1),
            TokensPerSecond = Math.Round(_tokenRate.PerSecond(), 1),
            EtaSeconds = total > 0 && rate > 0 ? Math.Round(Math.Max(0, total - done) / rate, 1) : null,
        };
    }
}
