namespace TextOps.Local.Predictions;

/// <summary>A served model is not reached, or refuses a request.</summary>
/// <param name="message">What it said, and how to mend it.</param>
/// <param name="row">Index of the row of the request that is meant; null where there is none.</param>
internal sealed class ServedModelException(string message, int? row = null) : Exception(message)
{
    /// <summary>Index of the row of the request that is meant; null where there is none.</summary>
    public int? Row { get; } = row;
}
