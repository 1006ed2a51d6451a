using System.Text;
using Microsoft.AspNetCore.Http;
using TextOps.Hosting.Http;

namespace TextOps.Operator.Host.Health;

/// <summary>Answers a probe: 200 where all checks are well, 503 otherwise; the body names each with what was seen, as the API server's own probes do.</summary>
internal static class HealthReport
{
    /// <summary>Looks at <paramref name="checks"/>.</summary>
    /// <param name="probe">Name of the probe: <c>healthz</c>.</param>
    public static HttpAnswer Of(string probe, IEnumerable<HealthCheck> checks)
    {
        var body = new StringBuilder();
        var isWell = true;
        foreach (var check in checks)
        {
            var state = Look(check);
            isWell &= state.IsWell;
            body.Append(state.IsWell ? "[+] " : "[-] ").Append(check.Name).Append(": ").Append(state.Message).Append('\n');
        }

        body.Append(probe).Append(isWell ? " check passed\n" : " check failed\n");
        return new HttpAnswer(isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, "text/plain; charset=utf-8", body.ToString());
    }

    private static HealthState Look(HealthCheck check)
    {
        try
        {
            return check.Look();
        }
        catch (Exception problem)
        {
            return HealthState.Ill($"cannot be told: {problem.Message}");
        }
    }
}
