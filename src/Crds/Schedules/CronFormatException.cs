namespace TextOps.Crds.Schedules;

/// <summary>A cron expression that cannot be used; the message names the field, the position of what is wrong, and the fix.</summary>
public sealed class CronFormatException(string message) : FormatException(message);
