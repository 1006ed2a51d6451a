using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>A model family with its parameters: exactly one family is given.</summary>
public sealed record Candidate
{
    /// <summary>Name of the candidate.</summary>
    [MinLength(1), MaxLength(40), RegularExpression(Patterns.Label)]
    public required string Name { get; init; }

    /// <summary>Names of the blocks of <c>spec.features</c> it sees; where absent all that the family takes (trees take no <c>tfidf</c>).</summary>
    [MaxItems(16), Set, ItemMaxLength(40)]
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Multinomial logistic regression.</summary>
    public LogisticRegression? LogisticRegression { get; init; }

    /// <summary>Gradient boosted trees (xgboost).</summary>
    public GradientBoosting? GradientBoosting { get; init; }

    /// <summary>A random forest (xgboost).</summary>
    public RandomForest? RandomForest { get; init; }

    /// <summary>Parameters that are searched in place of those given; one trial with the given ones where absent.</summary>
    public CandidateSearch? Search { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<Candidate>> Rules { get; } =
    [
        new("[has(self.logisticRegression), has(self.gradientBoosting), has(self.randomForest)].exists_one(given, given)",
            candidate => new object?[] { candidate.LogisticRegression, candidate.GradientBoosting, candidate.RandomForest }.Count(given => given is not null) == 1,
            "exactly one of logisticRegression, gradientBoosting and randomForest must be given"),
        new(Cel: null, candidate => ProblemOf(candidate) is null, "search.space must name parameters of the family, and values that they can have",
            (candidate, at) => $"{at}search.space: {ProblemOf(candidate)}"),
    ];

    private static string? ProblemOf(Candidate candidate)
    {
        foreach (var parameter in candidate.Search?.Space ?? [])
        {
            IEnumerable<string> ends = parameter switch
            {
                { Int: { } range } => [range.Min.ToString(CultureInfo.InvariantCulture), range.Max.ToString(CultureInfo.InvariantCulture)],
                { Float: { } range } => [range.Min, range.Max],
                _ => parameter.Categorical ?? [],
            };
            foreach (var value in ends)
            {
                if (CandidateParameters.ProblemOf(candidate, parameter.Name, value) is { } problem)
                {
                    return $"{parameter.Name} ({value}): {problem}";
                }
            }
        }

        return null;
    }
}

/// <summary>Multinomial logistic regression with L2 penalty, by L-BFGS; scikit-learn's objective: sum of log losses * C + half the squared weights, intercepts free.</summary>
public sealed record LogisticRegression
{
    /// <summary>Inverse strength of the penalty.</summary>
    [MaxLength(32), RegularExpression(Decimals.NonNegative)]
    public string C { get; init; } = "1.0";

    /// <summary>Whether classes weigh alike.</summary>
    public ClassWeight ClassWeight { get; init; } = ClassWeight.None;

    /// <summary>Most iterations.</summary>
    [Range(1, 100_000)]
    public int MaxIter { get; init; } = 1000;

    /// <summary>Ends when no component of the gradient of the mean loss is larger.</summary>
    [MaxLength(32), RegularExpression(Decimals.NonNegative)]
    public string Tol { get; init; } = "0.0001";
}

/// <summary>How much rows of a class weigh.</summary>
public enum ClassWeight
{
    /// <summary>All rows weigh alike.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Rows / (classes * rows of the class).</summary>
    [JsonStringEnumMemberName("balanced")]
    Balanced,
}

/// <summary>Gradient boosted trees by xgboost (<c>hist</c>), on dense features; names as in its scikit-learn interface.</summary>
public sealed record GradientBoosting
{
    /// <summary>Rounds; each makes a tree per class (one for two classes).</summary>
    [Range(1, 10_000)]
    public int NEstimators { get; init; } = 200;

    /// <summary>Deepest tree.</summary>
    [Range(1, 32)]
    public int MaxDepth { get; init; } = 6;

    /// <summary>Part of each tree's answer that counts (eta).</summary>
    [MaxLength(32), RegularExpression(Decimals.NonNegative)]
    public string LearningRate { get; init; } = "0.1";

    /// <summary>Least sum of hessians in a leaf.</summary>
    [MaxLength(32), RegularExpression(Decimals.NonNegative)]
    public string MinChildWeight { get; init; } = "1";

    /// <summary>Part of the rows each tree sees.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string Subsample { get; init; } = "1";

    /// <summary>Part of the features each tree sees.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string ColsampleBytree { get; init; } = "1";

    /// <summary>L2 penalty of leaves.</summary>
    [MaxLength(32), RegularExpression(Decimals.NonNegative)]
    public string RegLambda { get; init; } = "1";
}

/// <summary>A random forest by xgboost, on dense features: averages of class shares in leaves; docs/training.md names the settings that make it one.</summary>
public sealed record RandomForest
{
    /// <summary>Trees.</summary>
    [Range(1, 10_000)]
    public int NEstimators { get; init; } = 200;

    /// <summary>Deepest tree.</summary>
    [Range(1, 64)]
    public int MaxDepth { get; init; } = 24;

    /// <summary>Fewest rows in a leaf.</summary>
    [Range(1, 1_000_000)]
    public int MinSamplesLeaf { get; init; } = 1;

    /// <summary>Part of the features each split looks at: <c>sqrt</c>, <c>log2</c>, or a decimal from 0 to 1.</summary>
    [MaxLength(8), RegularExpression(@"^(sqrt|log2|0\.[0-9]{1,5}|1(\.0{1,5})?)$")]
    public string MaxFeatures { get; init; } = "sqrt";

    /// <summary>Part of the rows each tree sees, drawn without replacement.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string MaxSamples { get; init; } = "0.632";
}
