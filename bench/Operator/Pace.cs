namespace TextOps.Bench.Operator;

/// <summary>What an operator may do at once.</summary>
/// <param name="CallsPerSecond">Calls of the API server per second over a long time.</param>
/// <param name="Burst">Calls that may come at once after a pause.</param>
/// <param name="Workers">Objects that it works on at once.</param>
internal sealed record Pace(double CallsPerSecond, int Burst, int Workers)
{
    /// <inheritdoc/>
    public override string ToString() => $"{CallsPerSecond} calls/s, {Workers} workers";
}
