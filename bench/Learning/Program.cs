// Trains on public datasets, one thread, beside scikit-learn's reference rows and scikit-learn itself in the same run. Prints two tables.
// Usage: textops-bench-learning SHARED_DATA SKLEARN_SCRIPT [DATASET ...] [FEATURES ...]
using System.Diagnostics;
using System.Globalization;
using TextOps.Bench.Learning;
using TextOps.Learning.Features;

var (data, script, only) = (args[0], args[1], args[2..]);
var model = Path.Combine(data, "models", "all-MiniLM-L6-v2");
var work = Directory.CreateTempSubdirectory("textops-bench-learning-");
try
{
    var reference = new Reference(data, work.FullName, script);
    if (reference.Missing.Length > 0)
    {
        Console.Error.WriteLine($"skipped: scikit-learn in the same run ({reference.Missing}); install python3-sklearn");
    }

    var (featureLines, fitLines) = (new List<string>(), new List<string>());
    var datasets = Dataset.All.Select(read => read(Path.Combine(data, "datasets"))).Where(dataset => Wanted(dataset.Name, ["sst2", "trec_coarse", "banking77"]));
    foreach (var dataset in datasets)
    {
        foreach (var features in FeatureSet.All.Where(features => Wanted(features.Name, FeatureSet.All.Select(other => other.Name))))
        {
            if (features.TakesVectors && !Directory.Exists(model))
            {
                Console.Error.WriteLine($"skipped: {features.Name} on {dataset.Name}, {model} is not here");
                continue;
            }

            Measure(dataset, features, reference, featureLines, fitLines);
        }
    }

    Console.WriteLine("| dataset | features | columns | fit and transform, s | scikit-learn here, s | transform 1,000 texts, s |");
    Console.WriteLine("|---|---|--:|--:|--:|--:|");
    featureLines.ForEach(Console.WriteLine);
    Console.WriteLine();
    Console.WriteLine("| dataset | features | classifier | accuracy | reference | here | macro F1 | reference | here | fit, s | here, s | ratio | reference, s | iterations | reference | here |");
    Console.WriteLine("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    fitLines.ForEach(Console.WriteLine);
}
finally
{
    work.Delete(recursive: true);
}

void Measure(Dataset dataset, FeatureSet features, Reference reference, List<string> featureLines, List<string> fitLines)
{
    var (trainRows, testRows) = (features.Rows(dataset.Name, "train", dataset.Train, model), features.Rows(dataset.Name, "test", dataset.Test, model));
    var (fitSeconds, fitted) = Least(() => FeaturePipeline.Fit(features.Blocks, trainRows, new Dictionary<string, PipelineEncoder>(), CancellationToken.None));
    var train = TextOps.Learning.Matrices.FeatureMatrix.Beside([.. fitted.Pipeline.Blocks.Select(block => fitted.Training[block.Name])]);
    var (transformSeconds, test) = Least(() => fitted.Pipeline.Transform(testRows, CancellationToken.None));
    var runs = reference.Missing.Length == 0;
    double? tfidf = null;
    if (runs)
    {
        reference.Export(train, dataset.Train.Labels, test, dataset.Test.Labels, dataset);
        tfidf = features.TakesVectors ? null : reference.Run(["tfidf", .. features.Blocks.Select(Settings)]).GetProperty("seconds").GetDouble();
    }

    if (!features.TakesVectors)
    {
        featureLines.Add($"| {dataset.Name} | {features.Name} | {train.SparseColumns} | {Show(fitSeconds, 3)} | {Show(tfidf, 3)} | {Show(transformSeconds * 1000 / testRows.Length, 4)} |");
    }

    foreach (var contest in Contest.On(features, dataset))
    {
        var (seconds, trained) = Least(() => contest.Trainer.Train(train, dataset.Train.Labels, dataset.Labels.Count, 0, CancellationToken.None));
        var (accuracy, f1) = Score.Of(trained.PredictProbabilities(test), dataset.Test.Labels, dataset.Labels.Count);
        var row = reference.Row(dataset.Name, features.Name, contest.Family, contest.Row);
        var here = runs && contest.Here is { } peer ? reference.Fit(peer.Class, peer.Parameters) : new Figures(null, null, null, null);
        var line = $"| {dataset.Name} | {features.Name} | {contest.Name} | {Show(accuracy, 4)} | {Show(row.Accuracy, 4)} | {Show(here.Accuracy, 4)} | {Show(f1, 4)} | {Show(row.MacroF1, 4)} | {Show(here.MacroF1, 4)} "
            + $"| {Show(seconds, 3)} | {Show(here.FitSeconds, 3)} | {Show(seconds / here.FitSeconds, 2)} | {Show(row.FitSeconds, 3)} | {Show(trained.Facts.GetValueOrDefault("iterations"), 0)} | {Show(row.Iterations, 0)} | {Show(here.Iterations, 0)} |";
        fitLines.Add(line);
        Console.Error.WriteLine(line);
    }
}

bool Wanted(string name, IEnumerable<string> names) => !only.Any(names.Contains) || only.Contains(name);

static string Show(double? value, int digits) => value is { } number && double.IsFinite(number) ? number.ToString($"F{digits}", CultureInfo.InvariantCulture) : "";

static string Settings(TextOps.Crds.TrainingRuns.FeatureBlock block)
{
    var tfidf = block.Tfidf!;
    var analyzer = tfidf.Analyzer == TextOps.Crds.TrainingRuns.TfidfAnalyzer.Word ? "word" : "char_wb";
    return $$"""{"analyzer": "{{analyzer}}", "ngram_range": [{{tfidf.NgramMin}}, {{tfidf.NgramMax}}], "sublinear_tf": true, "min_df": {{tfidf.MinDf}}}""";
}

// CPU seconds of this process: the machine is shared, and all work is one thread's but for the collector.
static (double Seconds, T Result) Least<T>(Func<T> action)
{
    var (least, total) = (double.MaxValue, 0.0);
    T result = default!;
    for (var run = 0; run < 3 && total < 5; run++)
    {
        GC.Collect();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        result = action();
        var seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        (least, total) = (Math.Min(least, seconds), total + seconds);
    }

    return (least, result);
}
