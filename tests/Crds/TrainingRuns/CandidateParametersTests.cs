using TextOps.Crds.TrainingRuns;
using TextOps.Crds.Validation;

namespace TextOps.Crds.Tests.TrainingRuns;

public sealed class CandidateParametersTests
{
    private static readonly Candidate Linear = new() { Name = "linear", LogisticRegression = new LogisticRegression { Tol = "0.001" } };
    private static readonly Candidate Boosting = new() { Name = "boosting", GradientBoosting = new GradientBoosting() };

    [Fact]
    public void Values_replace_those_of_the_family_and_nothing_else()
    {
        var candidate = Linear with { Search = new CandidateSearch { Space = [] } };

        var fixedOne = CandidateParameters.With(candidate, new Dictionary<string, string>(StringComparer.Ordinal) { ["c"] = "3.5", ["maxIter"] = "50", ["classWeight"] = "balanced" });

        Assert.Equal(new LogisticRegression { C = "3.5", MaxIter = 50, ClassWeight = ClassWeight.Balanced, Tol = "0.001" }, fixedOne.LogisticRegression);
        Assert.Null(fixedOne.Search);
        Assert.Equal("linear", fixedOne.Name);
    }

    [Theory]
    [InlineData("C", "1", "logisticRegression has no parameter C; it has c, classWeight, maxIter, tol")]
    [InlineData("c", "many", "it must match ^[0-9]")]
    [InlineData("maxIter", "0", "it lies between 1 and 100000")]
    [InlineData("maxIter", "1.5", "it is a whole number")]
    [InlineData("classWeight", "equal", "it is one of none, balanced")]
    public void What_a_family_cannot_take_is_refused_with_what_it_can(string parameter, string value, string problem)
    {
        Assert.StartsWith(problem, CandidateParameters.ProblemOf(Linear, parameter, value), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CandidateParameters.With(Linear, new Dictionary<string, string>(StringComparer.Ordinal) { [parameter] = value }));
    }

    [Fact]
    public void A_space_that_the_family_does_not_have_is_found_by_the_validator()
    {
        var candidate = Boosting with
        {
            Search = new CandidateSearch { Space = [new SearchParameter { Name = "maxDepth", Int = new IntegerRange { Min = 2, Max = 99 } }] },
        };

        var violation = Assert.Single(ResourceValidator.Validate(candidate));

        Assert.Equal("search.space: maxDepth (99): it lies between 1 and 32", violation.ToString());
    }

    [Fact]
    public void A_condition_asks_for_a_parameter_that_stands_before_it()
    {
        var depth = new SearchParameter { Name = "maxDepth", Int = new IntegerRange { Min = 2, Max = 9 } };
        var rate = new SearchParameter
        {
            Name = "learningRate",
            Float = new FloatRange { Min = "0.01", Max = "0.3" },
            When = new SearchCondition { Parameter = "maxDepth", Values = ["2"] },
        };

        Assert.Empty(ResourceValidator.Validate(Boosting with { Search = new CandidateSearch { Space = [depth, rate] } }));
        var violation = Assert.Single(ResourceValidator.Validate(Boosting with { Search = new CandidateSearch { Space = [rate, depth] } }));
        Assert.Equal("search.space: learningRate asks when.parameter (maxDepth), which does not stand before it in the space; put it first, or correct the name", violation.ToString());
    }
}
