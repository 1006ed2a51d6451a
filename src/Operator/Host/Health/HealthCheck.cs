namespace TextOps.Operator.Host.Health;

/// <summary>One thing that must be well.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Look">How it is now.</param>
internal sealed record HealthCheck(string Name, Func<HealthState> Look);

/// <summary>How a thing is.</summary>
/// <param name="IsWell">Whether it is well.</param>
/// <param name="Message">What was seen, for people.</param>
internal readonly record struct HealthState(bool IsWell, string Message)
{
    /// <summary>It is well.</summary>
    public static HealthState Well(string message) => new(true, message);

    /// <summary>It is not.</summary>
    public static HealthState Ill(string message) => new(false, message);
}
