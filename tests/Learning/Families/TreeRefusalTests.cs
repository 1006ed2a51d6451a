using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Families;
using TextOps.Learning.Families.Xgboost;
using TextOps.Learning.Matrices;
using TextOps.Tests;

namespace TextOps.Learning.Tests.Families;

public sealed class TreeRefusalTests
{
    public static TheoryData<string, IClassifierTrainer> Families => new()
    {
        { "gradientBoosting", new GradientBoostingTrainer(new GradientBoosting { NEstimators = 2 }) },
        { "randomForest", new RandomForestTrainer(new RandomForest { NEstimators = 2 }) },
    };

    [Theory, MemberData(nameof(Families))]
    public void Sparse_columns_are_refused(string family, IClassifierTrainer trainer)
    {
        var features = new FeatureMatrix { Sparse = new CsrMatrix(2, 3, [0, 1, 2], [0, 2], [1, 1]), Dense = new DenseMatrix(2, 1, [0, 1]) };

        var failure = Assert.Throws<TrainingException>(() => trainer.Train(features, [0, 1], 2, seed: 0, CancellationToken.None));

        Assert.False(trainer.TakesSparse);
        Assert.StartsWith($"{family} takes dense blocks only", failure.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Families))]
    public void Numbers_that_are_none_are_refused_with_their_place(string family, IClassifierTrainer trainer)
    {
        var features = new FeatureMatrix { Dense = new DenseMatrix(2, 2, [0, 1, 2, float.NaN]) };

        var failure = Assert.Throws<TrainingException>(() => trainer.Train(features, [0, 1], 2, seed: 0, CancellationToken.None));

        Assert.StartsWith($"{family}: row 1, column 1 is NaN", failure.Message, StringComparison.Ordinal);
    }

    [XgboostTheory, MemberData(nameof(Families))]
    public void A_model_refuses_rows_that_are_not_like_those_it_learned_from(string family, IClassifierTrainer trainer)
    {
        var (features, labels) = Blobs.Make(20, 2, 2);
        var model = trainer.Train(features, labels, 2, seed: 0, CancellationToken.None);

        var columns = Assert.Throws<ArgumentException>(() => model.PredictProbabilities(new FeatureMatrix { Dense = new DenseMatrix(1, 3, [1, 2, 3]) }));
        var missing = Assert.Throws<ArgumentException>(() => model.PredictProbabilities(new FeatureMatrix { Dense = new DenseMatrix(1, 2, [1, float.NaN]) }));

        Assert.True(columns.Message.Contains("0 sparse and 3 dense columns; the model takes 2 dense ones", StringComparison.Ordinal), family);
        Assert.True(missing.Message.Contains("row 0, column 1 is NaN", StringComparison.Ordinal), family);
    }

    [Fact]
    public void An_absent_library_is_named_with_what_to_do()
    {
        using var folder = new TemporaryFolder();

        var (_, problem) = XgboostLibrary.Load(folder.File("libxgboost.so.0"));

        Assert.Equal(
            $"gradientBoosting and randomForest need xgboost's library, which cannot be loaded: {folder.File("libxgboost.so.0")}: cannot open shared object file: No such file or directory; " +
            "install Debian's package libxgboost0, run 'make setup' before building, or set TEXTOPS_XGBOOST to the file",
            problem);
    }

    [Fact]
    public void A_file_that_is_no_library_is_named_too()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("libxgboost.so.0"), "no library");

        Assert.Contains(folder.File("libxgboost.so.0"), XgboostLibrary.Load(folder.File("libxgboost.so.0")).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_is_looked_for_where_the_variable_says_then_beside_the_program_then_in_its_folder_native()
    {
        using var folder = new TemporaryFolder();
        var program = folder.File("program");
        Directory.CreateDirectory(Path.Combine(program, "native"));
        Assert.Null(XgboostLibrary.Find(null, program));

        File.WriteAllText(Path.Combine(program, "native", "libxgboost.so.0"), "");
        Assert.Equal(Path.Combine(program, "native", "libxgboost.so.0"), XgboostLibrary.Find("", program));

        File.WriteAllText(Path.Combine(program, "libxgboost.so.0"), "");
        Assert.Equal(Path.Combine(program, "libxgboost.so.0"), XgboostLibrary.Find(null, program));
        Assert.Equal("/elsewhere/x.so", XgboostLibrary.Find("/elsewhere/x.so", program));
    }
}
