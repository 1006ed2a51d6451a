using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Core;
using TextOps.Crds.Schema;

namespace TextOps.Crds.ModelDeployments;

/// <summary>How requests are answered.</summary>
public sealed record Serving
{
    /// <summary>Requests wait at most so long for others to share a run of the model with, in milliseconds; 0 runs whatever waits as soon as the model is free.</summary>
    [Range(0, 1000)]
    public int MaxBatchDelayMilliseconds { get; init; }

    /// <summary>Padded tokens of one run; what the model suggests where absent.</summary>
    [Range(1, 1_048_576)]
    public int? MaxBatchTokens { get; init; }

    /// <summary>Texts that may wait; more are refused with 429.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueue { get; init; } = 2048;

    /// <summary>Texts of one request; more are refused with 422.</summary>
    [Range(1, 10_000)]
    public int MaxInputs { get; init; } = 256;

    /// <summary>Length of one text, in characters (UTF-16); longer ones are refused with 422.</summary>
    [Range(1, 10_000_000)]
    public int MaxTextLength { get; init; } = 65_536;

    /// <summary>Size of one request's body, in bytes; larger ones are refused with 413.</summary>
    [Range(1024, 1_073_741_824)]
    public int MaxRequestBytes { get; init; } = 2_097_152;

    /// <summary>Time in which a request is answered, in seconds; then it leaves the queue with 503.</summary>
    [Range(1, 3600)]
    public int RequestTimeoutSeconds { get; init; } = 30;

    /// <summary>How long a pod that is to end goes on serving after it has said that it is no longer ready, in seconds.</summary>
    [Range(0, 3600)]
    public int DrainSeconds { get; init; } = 10;

    /// <summary>Who may ask; everybody where absent. Probes and metrics (port 9090) need no token.</summary>
    public ServingAccess? Access { get; init; }
}

/// <summary>Who may ask a served model.</summary>
public sealed record ServingAccess
{
    /// <summary>The bearer token that requests must carry.</summary>
    public required V1KeySelector BearerTokenSecretRef { get; init; }
}

/// <summary>What is kept of requests and answers.</summary>
public sealed record Monitoring
{
    /// <summary>The log of predictions; none where absent.</summary>
    public PredictionLog? PredictionLog { get; init; }
}

/// <summary>Where predictions are kept: <c>&lt;uri&gt;/predictions/&lt;namespace&gt;.&lt;name&gt;/&lt;stage&gt;/&lt;date&gt;/…jsonl</c>.</summary>
public sealed record PredictionLog
{
    /// <summary>The store; the model's registry where absent.</summary>
    [MinLength(1), MaxLength(2048), RegularExpression(Patterns.Uri)]
    public string? Uri { get; init; }

    /// <summary>Part of the predictions that is kept: a decimal from 0 to 1. Feedback is always kept.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string SampleRate { get; init; } = "1";

    /// <summary>What is kept of the text.</summary>
    public LoggedText Text { get; init; } = LoggedText.Hash;

    /// <summary>A part is written at the latest after so many seconds.</summary>
    [Range(1, 3600)]
    public int FlushSeconds { get; init; } = 60;
}

/// <summary>What a log of predictions keeps of a text.</summary>
public enum LoggedText
{
    /// <summary>Its SHA-256.</summary>
    Hash,

    /// <summary>The text itself.</summary>
    Full,
}
