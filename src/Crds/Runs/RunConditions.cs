namespace TextOps.Crds.Runs;

/// <summary>Types of conditions.</summary>
/// <remarks>Those that every kind of runs has; a kind may have its own beside them.</remarks>
public static class RunConditions
{
    /// <summary>The last run of the current spec came to a good end.</summary>
    public const string Ready = "Ready";

    /// <summary>A run is under way.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>A person is needed.</summary>
    public const string Stalled = "Stalled";
}
