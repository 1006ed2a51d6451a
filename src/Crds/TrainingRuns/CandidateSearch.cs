using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>How a candidate's parameters are searched.</summary>
public sealed record CandidateSearch
{
    /// <summary>How the next trial's parameters are chosen.</summary>
    public SearchAlgorithm Algorithm { get; init; } = SearchAlgorithm.Random;

    /// <summary>Most trials of this candidate; a grid that is larger is cut there (and said so).</summary>
    [Range(1, 500)]
    public int MaxTrials { get; init; } = 20;

    /// <summary>Parameters by name: fields of the candidate's family.</summary>
    [MinLength(1), MaxItems(16), MapKeys("name")]
    public required IReadOnlyList<SearchParameter> Space { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<CandidateSearch>> Rules { get; } =
    [
        new(Cel: null, search => Misplaced(search) is null, "when.parameter must name a parameter that stands before its own in the space",
            (search, at) => $"{at}space: {Misplaced(search)!.Name} asks when.parameter ({Misplaced(search)!.When!.Parameter}), which does not stand before it in the space; put it first, or correct the name"),
    ];

    private static SearchParameter? Misplaced(CandidateSearch search) =>
        search.Space.Where((parameter, index) => parameter.When is { } when && search.Space.Take(index).All(before => before.Name != when.Parameter)).FirstOrDefault();
}

/// <summary>How the next trial's parameters are chosen.</summary>
public enum SearchAlgorithm
{
    /// <summary>Drawn from the space, each trial by its own number and the seed.</summary>
    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>Every combination, the last parameter changing fastest.</summary>
    [JsonStringEnumMemberName("grid")]
    Grid,
}

/// <summary>One parameter of a search: exactly one range is given.</summary>
public sealed record SearchParameter
{
    /// <summary>A field of the candidate's family, for example <c>c</c> or <c>maxDepth</c>.</summary>
    [MinLength(1), MaxLength(40), RegularExpression("^[a-z][A-Za-z0-9]*$")]
    public required string Name { get; init; }

    /// <summary>Whole numbers.</summary>
    public IntegerRange? Int { get; init; }

    /// <summary>Decimals.</summary>
    public FloatRange? Float { get; init; }

    /// <summary>Values to choose from.</summary>
    [MinLength(1), MaxItems(64), ItemMaxLength(64)]
    public IReadOnlyList<string>? Categorical { get; init; }

    /// <summary>The parameter is searched only where this holds; else it stays as the candidate gives it.</summary>
    public SearchCondition? When { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<SearchParameter>> Rules { get; } =
    [
        new("[has(self.int), has(self.float), has(self.categorical)].exists_one(given, given)",
            parameter => new object?[] { parameter.Int, parameter.Float, parameter.Categorical }.Count(given => given is not null) == 1,
            "exactly one of int, float and categorical must be given"),
    ];
}

/// <summary>Whole numbers from <c>min</c> to <c>max</c>.</summary>
public sealed record IntegerRange
{
    /// <summary>Smallest.</summary>
    public required long Min { get; init; }

    /// <summary>Largest.</summary>
    public required long Max { get; init; }

    /// <summary>Distance between values, from <c>min</c> on.</summary>
    [Range(1, 1_000_000_000)]
    public long Step { get; init; } = 1;

    /// <summary>Drawn evenly on the logarithmic scale (random search).</summary>
    public bool Log { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<IntegerRange>> Rules { get; } =
    [
        new("self.min <= self.max", range => range.Min <= range.Max, "min must not be larger than max; swap them",
            (range, at) => $"{at}min ({range.Min}) must not be larger than {at}max ({range.Max}); swap them"),
    ];
}

/// <summary>Decimals from <c>min</c> to <c>max</c>.</summary>
public sealed record FloatRange
{
    /// <summary>Smallest.</summary>
    [MaxLength(32), RegularExpression(Decimals.Signed)]
    public required string Min { get; init; }

    /// <summary>Largest.</summary>
    [MaxLength(32), RegularExpression(Decimals.Signed)]
    public required string Max { get; init; }

    /// <summary>Even on the logarithmic scale.</summary>
    public bool Log { get; init; }

    /// <summary>Values of a grid, both ends among them.</summary>
    [Range(1, 500)]
    public int Points { get; init; } = 5;

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<FloatRange>> Rules { get; } =
    [
        new("double(self.min) <= double(self.max)", range => Decimals.Value(range.Min) <= Decimals.Value(range.Max), "min must not be larger than max; swap them",
            (range, at) => $"{at}min ({range.Min}) must not be larger than {at}max ({range.Max}); swap them"),
        new("!self.log || double(self.min) > 0.0", range => !range.Log || Decimals.Value(range.Min) > 0, "log needs a positive min; raise min or leave log out",
            (range, at) => $"{at}log needs a positive {at}min ({range.Min}); raise it or leave log out"),
    ];
}

/// <summary>Another parameter's value that must hold.</summary>
public sealed record SearchCondition
{
    /// <summary>Name of a parameter that stands before this one in the space.</summary>
    [MinLength(1), MaxLength(40)]
    public required string Parameter { get; init; }

    /// <summary>Values of it, as text.</summary>
    [MinLength(1), MaxItems(64), ItemMaxLength(64)]
    public required IReadOnlyList<string> Values { get; init; }
}
