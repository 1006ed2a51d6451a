using System.Globalization;
using System.Text.RegularExpressions;

namespace TextOps.Bench.Operator;

/// <summary>What an operator's /metrics said at one moment.</summary>
/// <param name="Calls">Calls of the API server by HTTP method, starts of watches among the GETs.</param>
/// <param name="CpuSeconds">CPU time so far.</param>
/// <param name="ResidentBytes">Memory of the process.</param>
internal sealed partial record Reading(IReadOnlyDictionary<string, double> Calls, double CpuSeconds, double ResidentBytes)
{
    /// <summary>Calls of one method since <paramref name="before"/>.</summary>
    public double Since(Reading before, string method) => Calls.GetValueOrDefault(method) - before.Calls.GetValueOrDefault(method);

    /// <summary>All calls since <paramref name="before"/>.</summary>
    public double Since(Reading before) => Calls.Values.Sum() - before.Calls.Values.Sum();

    /// <summary>Reads Prometheus' text.</summary>
    public static Reading Parse(string text)
    {
        var calls = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (Match call in Call().Matches(text))
        {
            var method = call.Groups["method"].Value;
            calls[method] = calls.GetValueOrDefault(method) + Number(call.Groups["value"].Value);
        }

        return new Reading(calls, Value("process_cpu_seconds_total"), Value("process_resident_memory_bytes"));

        double Value(string name)
        {
            var line = text.Split('\n').First(line => line.StartsWith($"{name} ", StringComparison.Ordinal));
            return Number(line[(name.Length + 1)..]);
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("^rest_client_requests_total\\{[^\n]*method=\"(?<method>[A-Z]+)\"[^\n]*\\} (?<value>[0-9.e+]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Call();
}
