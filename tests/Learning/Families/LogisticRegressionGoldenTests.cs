using System.Text.Json;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Matrices;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Families;

/// <summary>Exact optima by a damped Newton method, from the shared data.</summary>
public sealed class LogisticRegressionGoldenTests
{
    [Theory]
    [InlineData("iris_like", false, 1e-8)]
    [InlineData("binary", false, 1e-8)]
    [InlineData("badly_scaled", false, 1e-8)]
    [InlineData("iris_like", true, 1e-7)]
    [InlineData("binary", true, 1e-7)]
    [InlineData("badly_scaled", true, 1e-7)]
    public void Reaches_the_exact_optimum(string name, bool dense, double tolerance)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Repository.SharedData("reference", "logreg.json")));
        var problem = golden.RootElement.GetProperty("problems").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);
        var rows = problem.GetProperty("X").EnumerateArray().Select(Numbers).ToArray();
        var labels = problem.GetProperty("y").EnumerateArray().Select(label => label.GetInt32()).ToArray();

        // Dense columns are float32, which moves the data themselves a little.
        var features = dense ? Dense(rows) : Sparse(rows);
        var cases = golden.RootElement.GetProperty("cases").EnumerateArray().Where(item => item.GetProperty("problem").GetString() == name).ToList();
        Assert.Equal(12, cases.Count);
        Assert.All(cases, expected =>
        {
            var settings = new LogisticRegression
            {
                C = expected.GetProperty("C").GetRawText(),
                ClassWeight = expected.GetProperty("class_weight").ValueKind == JsonValueKind.Null ? ClassWeight.None : ClassWeight.Balanced,
                Tol = "0.000000000001",
                MaxIter = 20_000,
            };
            var weights = expected.GetProperty("use_sample_weight").GetBoolean() ? Numbers(problem.GetProperty("sample_weight")) : [];
            var model = new LogisticRegressionTrainer(settings).Train(features, labels, problem.GetProperty("classes").GetInt32(), weights, CancellationToken.None);

            var loss = expected.GetProperty("loss").GetDouble();
            var what = $"{name}, C {settings.C}, {settings.ClassWeight}, {weights.Length} row weights, {model.Facts["iterations"]} iterations";
            Assert.True(Math.Abs(model.Facts["loss"] - loss) <= tolerance * loss, $"{what}: loss {model.Facts["loss"]:R} is not {loss:R}");
            var probabilities = model.PredictProbabilities(features);
            var first = expected.GetProperty("proba_first5").EnumerateArray().SelectMany(Numbers).ToArray();
            for (var i = 0; i < first.Length; i++)
            {
                Assert.True(Math.Abs(first[i] - probabilities[i]) <= 1e-5, $"{what}: probability {i} is {probabilities[i]:R}, not {first[i]:R}");
            }

            if (!dense && name != "badly_scaled")
            {
                Near(expected.GetProperty("coef").EnumerateArray().SelectMany(Numbers).ToArray(), ByClass(model), what);
                Near(Numbers(expected.GetProperty("intercept")), model.Intercepts, what);
            }
        });
    }

    private static void Near(double[] expected, double[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-3 * Math.Max(Math.Abs(pair.First), 1), $"{what}: {pair.Second} is not {pair.First}"));
    }

    private static double[] ByClass(LogisticModel model) =>
        [.. Enumerable.Range(0, model.Classes).SelectMany(k => Enumerable.Range(0, model.SparseColumns).Select(column => model.SparseWeights[(column * model.Classes) + k]))];

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];

    private static FeatureMatrix Dense(double[][] rows) => new()
    {
        Dense = new DenseMatrix(rows.Length, rows[0].Length, [.. rows.SelectMany(row => row).Select(value => (float)value)]),
    };

    private static FeatureMatrix Sparse(double[][] rows)
    {
        var width = rows[0].Length;
        return new FeatureMatrix
        {
            Sparse = new CsrMatrix(
                rows.Length, width, [.. Enumerable.Range(0, rows.Length + 1).Select(row => row * width)], [.. rows.SelectMany(_ => Enumerable.Range(0, width))], [.. rows.SelectMany(row => row)]),
        };
    }
}
