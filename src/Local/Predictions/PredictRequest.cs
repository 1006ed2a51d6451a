using TextOps.Crds.Tasks;
using TextOps.Local.Commands;
using TextOps.Local.Display;

namespace TextOps.Local.Predictions;

/// <summary>What <c>textops predict</c> is to ask.</summary>
internal sealed record PredictRequest
{
    /// <summary>Where the model is served.</summary>
    public required Uri Url { get; init; }

    /// <summary>Texts of the command line.</summary>
    public required IReadOnlyList<string> Texts { get; init; }

    /// <summary>A file of texts, <c>-</c> for standard input; null for none.</summary>
    public string? File { get; init; }

    /// <summary>How many rows of the file are asked about; all where null.</summary>
    public int? Samples { get; init; }

    /// <summary>Numeric fields for each text; those that a row has itself win.</summary>
    public required IReadOnlyDictionary<string, double> Fields { get; init; }

    /// <summary>Field of the file that says what is right; null for none.</summary>
    public string? LabelField { get; init; }

    /// <summary>What a cross-encoder ranks for; null for other models.</summary>
    public string? Query { get; init; }

    /// <summary>The environment variable that was named for the token; null for the usual one, which may be absent.</summary>
    public string? TokenVariable { get; init; }

    /// <summary>Whether to print JSON.</summary>
    public bool Json { get; init; }

    /// <summary>The bearer token; null for none.</summary>
    /// <exception cref="UsageException">A variable was named that is not set.</exception>
    public string? Token()
    {
        var token = Environment.GetEnvironmentVariable(TokenVariable ?? ServeEnvironment.BearerToken);
        return !string.IsNullOrEmpty(token) ? token
            : TokenVariable is null ? null
            : throw new UsageException($"the environment variable {Printable.OneLine(TokenVariable, 100)} (--token-env) is not set; export it with the token");
    }

    /// <summary>Refuses what does not go together.</summary>
    /// <exception cref="UsageException">It does not.</exception>
    public void Check()
    {
        if (Texts.Count == 0 && File is null)
        {
            throw new UsageException("there is no text to ask about; give TEXT, -f FILE, or -f - for standard input");
        }

        if (File is null && (Samples is not null || LabelField is not null))
        {
            throw new UsageException($"{(Samples is not null ? "--samples" : "--label-field")} needs a file; give -f FILE");
        }
    }
}
