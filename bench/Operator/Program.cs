using System.Globalization;
using TextOps.Bench.Operator;

// What a crowd of EmbeddingJobs, created at once, costs the operator and the API server. Pods end by this program's hand: nothing is embedded.
if (args is not [var folder, var program, ..])
{
    Console.Error.WriteLine("usage: textops-bench-operator CLUSTER_FOLDER OPERATOR_PROGRAM [small crowd, default 100] [large crowd, default 1000]");
    return 2;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var cluster = new Cluster(folder);
if ((await cluster.KubectlAsync("get", "nodes", "--output", "name")).Length > 0)
{
    Console.Error.WriteLine("the cluster has nodes, and this program wants to be the only one; take a cluster without");
    return 2;
}

int[] sizes = [args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 100, args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 1000];
var all = new List<Measurement>();
foreach (var pace in (Pace[])[new(50, 100, 4), new(500, 1000, 4), new(500, 1000, 16)])
{
    foreach (var size in sizes)
    {
        Console.Error.WriteLine($"{size} objects, {pace}");
        all.Add(await Measurement.TakeAsync(cluster, program, size, pace));
    }
}

Row("", m => $"{m.Size:N0}, {m.Pace}");
Console.WriteLine($"|---{string.Concat(all.Select(_ => "|--:"))}|");
Row("seconds until the API server had all objects", m => $"{m.Created.TotalSeconds:F1}");
Row("seconds until all had their Job", m => $"{m.Started.TotalSeconds:F1}");
Row("of these, the client alone creating as many ConfigMaps and Jobs", m => $"{m.Bare.TotalSeconds:F1}");
Row("seconds from the first end of a pod until all were Ready", m => $"{m.Done.TotalSeconds:F1}");
Row("writes an object", m => $"{PerObject(m, "POST") + PerObject(m, "PUT") + PerObject(m, "PATCH") + PerObject(m, "DELETE"):F1}");
Row("of these POST, PUT, PATCH, DELETE", m => $"{PerObject(m, "POST"):F1}, {PerObject(m, "PUT"):F1}, {PerObject(m, "PATCH"):F1}, {PerObject(m, "DELETE"):F1}");
Row("reads an object", m => $"{PerObject(m, "GET"):F1}");
Row("CPU milliseconds an object", m => $"{(m.Full.CpuSeconds - m.Empty.CpuSeconds) * 1000 / m.Size:F1}");
Row("resident memory before, after, at rest, MB", m => $"{Megabytes(m.Empty)}, {Megabytes(m.Full)}, {Megabytes(m.Rested)}");
Row("the same, started when all were done", m => $"{Megabytes(m.Restarted)}");
Row("the same, with a collector that spares memory", m => $"{Megabytes(m.Thrifty)}");
Row("CPU at rest", m => $"{m.CpuAtRest:P2}");
Row("calls a second at rest", m => $"{m.CallsAtRest:F2}");
Console.WriteLine();
foreach (var pair in all.Chunk(2))
{
    Console.WriteLine($"An idle object with its Job and pod, {pair[0].Pace}: {Slope(pair, m => m.Restarted):F1} kB resident, {Slope(pair, m => m.Thrifty):F1} kB with a collector that spares memory");
}

return 0;

void Row(string name, Func<Measurement, string> value) => Console.WriteLine($"| {name} | {string.Join(" | ", all.Select(value))} |");

static double PerObject(Measurement m, string method) => m.Full.Since(m.Empty, method) / m.Size;

static string Megabytes(Reading reading) => $"{reading.ResidentBytes / 1e6:F0}";

static double Slope(Measurement[] pair, Func<Measurement, Reading> reading) =>
    (reading(pair[1]).ResidentBytes - reading(pair[0]).ResidentBytes) / (pair[1].Size - pair[0].Size) / 1000;
