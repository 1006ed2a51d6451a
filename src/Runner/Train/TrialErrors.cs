using System.Text.Json;
using TextOps.Crds;
using TextOps.Runner.Logging;

namespace TextOps.Runner.Train;

/// <summary>Errors of trials as results tell them: 32 must fit into one.</summary>
internal static class TrialErrors
{
    /// <summary>Longest error, in bytes of JSON.</summary>
    public const int MaxBytes = 80;

    /// <summary>The beginning of a message, without what JSON would have to escape.</summary>
    public static string Short(string message) =>
        Ellipsis.Cut(LogText.Escape(message).Replace('"', '\'').Replace('\\', '/'), MaxBytes) is var cut && JsonSerializer.SerializeToUtf8Bytes(cut, Json.Strict).Length <= MaxBytes + 2
            ? cut
            : "see the trial's record";
}
