using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TextOps.Hosting.Metrics;

/// <summary>What the process takes of the machine, by the names that Prometheus' client libraries have agreed on.</summary>
public sealed class ProcessMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TextOps.Process";

    private static readonly string[] Heaps = ["gen0", "gen1", "gen2", "loh", "poh"];


    /// <summary>Starts to be observable.</summary>
    /// <param name="program">The program, as metrics name it: <c>operator</c> or <c>runner</c>.</param>
    /// <param name="version">What <c>textops_&lt;program&gt;_build_info</c> says was built.</param>
    public ProcessMetrics(string program, string version)
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        Meter.CreateObservableCounter("process_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "User and system CPU time spent.");
        Meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, "By", "Resident memory size.");
        Meter.CreateObservableGauge("process_start_time_seconds", () => started, "s", "Start time of the process since the Unix epoch.");
        Meter.CreateObservableGauge("process_open_fds", () => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(), null, "Open file descriptors.");
        Meter.CreateObservableGauge("dotnet_gc_heap_size_bytes", HeapSizes, "By", "Size of each heap after the last collection.");
        Meter.CreateObservableGauge("dotnet_gc_committed_memory_bytes", () => GC.GetGCMemoryInfo().TotalCommittedBytes, "By", "Memory that the collector holds after the last collection.");
        Meter.CreateObservableCounter("dotnet_gc_collections_total", Collections, null, "Collections of each generation.");
        Meter.CreateObservableCounter("dotnet_gc_pause_seconds_total", () => GC.GetTotalPauseDuration().TotalSeconds, "s", "Time that threads were paused for collections.");
        Meter.CreateObservableCounter("dotnet_gc_allocated_bytes_total", () => GC.GetTotalAllocatedBytes(), "By", "Memory allocated.");
        Meter.CreateObservableGauge("dotnet_threadpool_threads", () => ThreadPool.ThreadCount, null, "Threads of the pool.");
        Meter.CreateObservableGauge("dotnet_threadpool_queue_length", () => ThreadPool.PendingWorkItemCount, null, "Work that waits for a thread of the pool.");
        Meter.CreateObservableGauge(
            $"textops_{program}_build_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), null, $"1, with the version of the {program}.");
    }

    /// <summary>The meter of all instruments.</summary>
    public Meter Meter { get; } = new(MeterName);

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static IEnumerable<Measurement<long>> HeapSizes()
    {
        var generations = GC.GetGCMemoryInfo().GenerationInfo.ToArray();
        return generations.Zip(Heaps, (generation, name) => new Measurement<long>(generation.SizeAfterBytes, new KeyValuePair<string, object?>("heap", name)));
    }

    private static IEnumerable<Measurement<long>> Collections() => Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation =>
        new Measurement<long>(GC.CollectionCount(generation), new KeyValuePair<string, object?>("generation", Heaps[generation])));
}
