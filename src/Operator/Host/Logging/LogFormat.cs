namespace TextOps.Operator.Host.Logging;

/// <summary>What a log line looks like.</summary>
internal enum LogFormat
{
    /// <summary>A JSON object.</summary>
    Json,

    /// <summary>Text for a person at a terminal.</summary>
    Text,
}
