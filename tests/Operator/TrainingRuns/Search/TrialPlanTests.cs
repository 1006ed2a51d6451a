using System.Globalization;
using TextOps.Crds.Schema;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.TrainingRuns.Search;

namespace TextOps.Operator.Tests.TrainingRuns.Search;

public sealed class TrialPlanTests
{
    private static readonly SearchParameter C = new() { Name = "c", Float = new FloatRange { Min = "0.01", Max = "100", Log = true, Points = 5 } };
    private static readonly SearchParameter Weight = new() { Name = "classWeight", Categorical = ["none", "balanced"] };
    private static readonly SearchParameter Depth = new() { Name = "maxDepth", Int = new IntegerRange { Min = 2, Max = 10, Step = 4 } };

    [Fact]
    public void A_grid_is_every_combination_with_the_last_parameter_changing_fastest()
    {
        var plan = TrialPlan.Of(Spec(Linear(SearchAlgorithm.Grid, 50, C, Weight)));

        Assert.Equal(
            ["0.01 none", "0.01 balanced", "0.1 none", "0.1 balanced", "1 none", "1 balanced", "10 none", "10 balanced", "100 none", "100 balanced"],
            plan.Trials.Select(trial => $"{trial.Parameters!["c"]} {trial.Parameters["classWeight"]}"));
        Assert.Equal(Enumerable.Range(0, 10), plan.Trials.Select(trial => trial.Number));
        Assert.Equal("0.1", plan.Trials[2].Candidate.LogisticRegression!.C);
        Assert.Equal(ClassWeight.Balanced, plan.Trials[3].Candidate.LogisticRegression!.ClassWeight);
    }

    [Fact]
    public void A_grid_is_cut_at_the_most_trials() => Assert.Equal(3, TrialPlan.Of(Spec(Linear(SearchAlgorithm.Grid, 3, C, Weight))).Trials.Count);

    [Fact]
    public void A_parameter_is_left_out_where_its_condition_does_not_hold()
    {
        var conditional = C with { When = new SearchCondition { Parameter = "classWeight", Values = ["balanced"] } };

        var grid = TrialPlan.Of(Spec(Linear(SearchAlgorithm.Grid, 50, Weight, conditional))).Trials;
        var drawn = TrialPlan.Of(Spec(Linear(SearchAlgorithm.Random, 100, Weight, conditional))).Trials;

        Assert.Equal(6, grid.Count);
        Assert.False(grid[0].Parameters!.ContainsKey("c"));
        Assert.Equal("1.0", grid[0].Candidate.LogisticRegression!.C);
        Assert.All(drawn, trial => Assert.Equal(trial.Parameters!["classWeight"] == "balanced", trial.Parameters.ContainsKey("c")));
        Assert.Contains(drawn, trial => trial.Parameters!.Count == 1);
    }

    [Fact]
    public void Random_trials_are_the_same_for_everybody_and_other_for_another_seed()
    {
        var spec = Spec(Linear(SearchAlgorithm.Random, 20, C, Weight));

        Assert.Equal(Shown(spec), Shown(spec));
        Assert.NotEqual(Shown(spec), Shown(spec with { Search = new TrainingSearch { Seed = 1 } }));
        Assert.Equal(Shown(spec).Take(5), Shown(Spec(Linear(SearchAlgorithm.Random, 5, C, Weight))));
    }

    [Fact]
    public void A_parameter_that_is_added_leaves_the_draws_of_the_others()
    {
        var alone = TrialPlan.Of(Spec(Linear(SearchAlgorithm.Random, 10, C))).Trials.Select(trial => trial.Parameters!["c"]);
        var beside = TrialPlan.Of(Spec(Linear(SearchAlgorithm.Random, 10, Weight, C))).Trials.Select(trial => trial.Parameters!["c"]);

        Assert.Equal(alone, beside);
    }

    [Fact]
    public void Draws_fill_their_ranges_and_do_not_leave_them()
    {
        var trials = TrialPlan.Of(Spec(Linear(SearchAlgorithm.Random, 500, C, new SearchParameter { Name = "maxIter", Int = new IntegerRange { Min = 1, Max = 1000, Log = true } }))).Trials;
        var c = trials.Select(trial => Decimals.Value(trial.Parameters!["c"])).Order().ToList();
        var iterations = trials.Select(trial => int.Parse(trial.Parameters!["maxIter"], CultureInfo.InvariantCulture)).Order().ToList();

        Assert.InRange(c[0], 0.01, 0.012);
        Assert.InRange(c[^1], 85, 100);
        Assert.InRange(c[250], 0.6, 1.7);
        Assert.Equal(1, iterations[0]);
        Assert.InRange(iterations[250], 20, 45);
        Assert.InRange(iterations[^1], 950, 1000);
    }

    [Fact]
    public void Steps_of_whole_numbers_begin_at_the_smallest()
    {
        var boosting = new Candidate { Name = "boosting", GradientBoosting = new GradientBoosting(), Search = new CandidateSearch { MaxTrials = 200, Space = [Depth] } };

        var drawn = TrialPlan.Of(Spec(boosting)).Trials.Select(trial => trial.Candidate.GradientBoosting!.MaxDepth).Distinct().Order();

        Assert.Equal([2, 6, 10], drawn);
    }

    [Fact]
    public void Trials_of_several_candidates_are_numbered_through_and_cut_into_Jobs()
    {
        var spec = Spec(Linear(SearchAlgorithm.Random, 3, C), new Candidate { Name = "plain", LogisticRegression = new LogisticRegression() }) with { Search = new TrainingSearch { TrialsPerJob = 3 } };

        var plan = TrialPlan.Of(spec);

        Assert.Equal([0, 1, 2, 3], plan.Trials.Select(trial => trial.Number));
        Assert.Equal([3, 1], plan.Jobs.Select(job => job.Count));
        Assert.Null(plan.Trials[3].Parameters);
        Assert.True(plan.IsSearch);
        Assert.All(plan.Trials, trial => Assert.Null(trial.Candidate.Search));
    }

    [Fact]
    public void Candidates_with_equal_spaces_try_different_values()
    {
        var (first, second) = (Linear(SearchAlgorithm.Random, 5, C), Linear(SearchAlgorithm.Random, 5, C) with { Name = "other" });

        var values = TrialPlan.Of(Spec(first, second)).Trials.Select(trial => trial.Parameters!["c"]);

        Assert.Equal(10, values.Distinct().Count());
    }

    [Fact]
    public void One_candidate_without_a_search_is_no_search() =>
        Assert.False(TrialPlan.Of(Spec(new Candidate { Name = "plain", LogisticRegression = new LogisticRegression() })).IsSearch);

    private static Candidate Linear(SearchAlgorithm algorithm, int trials, params SearchParameter[] space) => new()
    {
        Name = "linear",
        LogisticRegression = new LogisticRegression(),
        Search = new CandidateSearch { Algorithm = algorithm, MaxTrials = trials, Space = space },
    };

    private static TrainingRunSpec Spec(params Candidate[] candidates) => new()
    {
        Dataset = new Dataset { Source = new DatasetSource { Uri = "file:///data/reviews.jsonl" } },
        Features = [new FeatureBlock { Name = "words", Tfidf = new TfidfFeatures() }],
        Candidates = candidates,
    };

    private static IEnumerable<string> Shown(TrainingRunSpec spec) => TrialPlan.Of(spec).Trials.Select(trial => string.Join(" ", trial.Parameters!.Select(pair => $"{pair.Key}={pair.Value}")));
}
