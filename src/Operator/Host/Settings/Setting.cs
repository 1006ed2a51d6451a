using System.CommandLine;

namespace TextOps.Operator.Host.Settings;

/// <summary>One thing that the program may be told.</summary>
internal abstract class Setting
{
    /// <summary>Name of the option: <c>--workers</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Environment variable that is read where the option is not given: <c>TEXTOPS_WORKERS</c>; null where there is none.</summary>
    public string? Variable { get; init; }

    /// <summary>What the value is, for the help.</summary>
    public required string HelpName { get; init; }

    /// <summary>What it does.</summary>
    public required string Description { get; init; }

    /// <summary>What is so without it, for people.</summary>
    public required string DefaultText { get; init; }

    /// <summary>The option of the command line; its value is read by us, so that options and variables are judged alike.</summary>
    public abstract Option<string?> Option { get; }
}

/// <inheritdoc cref="Setting"/>
/// <param name="read">Reads the text; throws <see cref="FormatException"/> that goes on after <c>--workers 'x'</c>: <c>is not …</c>.</param>
internal sealed class Setting<T>(Func<string, T> read) : Setting
{
    private Option<string?>? option;

    /// <summary>The value where neither option nor variable is given.</summary>
    public required T Default { get; init; }

    /// <summary>Given without a value, the option means this; null where it needs one.</summary>
    public string? Alone { get; init; }

    /// <inheritdoc/>
    public override Option<string?> Option => option ??= new Option<string?>(Name)
    {
        HelpName = HelpName,
        Arity = Alone is null ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        Description = $"{Description} [{(Variable is null ? "" : $"{Variable}; ")}default: {DefaultText}]",
    };

    /// <summary>The value; what is wrong with it goes to <paramref name="errors"/>. An empty variable counts as none, as manifests cannot leave one out.</summary>
    public T Read(ParseResult parsed, IReadOnlyDictionary<string, string> variables, ICollection<string> errors)
    {
        var (source, text) = parsed.GetResult(Option) is { } given ? (Name, given.Tokens.Count > 0 ? given.Tokens[^1].Value : Alone ?? "")
            : Variable is not null && variables.TryGetValue(Variable, out var value) && value.Length > 0 ? (Variable, value)
            : (null, "");
        if (source is null)
        {
            return Default;
        }

        try
        {
            return read(text);
        }
        catch (FormatException problem)
        {
            errors.Add($"{source} '{text}' {problem.Message}");
            return Default;
        }
    }
}
