using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Evaluate;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Tests.Evaluate;

public sealed class GateTextsTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("語")]
    [InlineData("😀")]
    [InlineData("\"")]
    [InlineData("\n")]
    public void Sixteen_gates_with_the_longest_names_fit_whatever_their_labels_are_written_in(string character)
    {
        var text = string.Concat(Enumerable.Repeat(character, 290 / character.Length));
        var uri = "s3://models-of-the-team/" + new string('p', 200);
        var result = new EvaluateResult
        {
            Value = 0.87314159265358979,
            Accuracy = 0.87314159265358979,
            Gates = [.. Enumerable.Range(10, 16).Select(gate => new GateStatus { Name = $"{new string('g', 61)}{gate}", Metric = $"recall[{text}]", Value = "-1.23457E-101", Bound = text, Passed = false })],
            Version = new RegisteredVersion { Version = 123456, Output = uri, Digest = $"sha256:{new string('a', 64)}", Candidate = new string('c', 40), Value = 0.87314159265358979 },
            Report = $"{uri}/report.html",
        };

        var fitting = GateTexts.Fit(result);

        Assert.True(ResultDocument.Fits(new TaskResult { Evaluate = fitting }), $"{ResultDocument.Serialize(new TaskResult { Evaluate = fitting }).Length}");
        Assert.Equal(result.Gates.Select(gate => gate.Name), fitting.Gates.Select(gate => gate.Name));
        Assert.All(fitting.Gates, gate => Assert.StartsWith("rec", gate.Metric, StringComparison.Ordinal));
    }
}
