using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TextOps.Learning.Matrices;

namespace TextOps.Bench.Learning;

/// <summary>Accuracy, macro F1, seconds to fit; null where there is none.</summary>
internal sealed record Figures(double? Accuracy, double? MacroF1, double? FitSeconds, double? Iterations);

/// <summary>scikit-learn: the rows of <c>classifiers.csv</c>, and Debian's python3-sklearn on the same features in the same run.</summary>
internal sealed class Reference
{
    private const string Python = "/usr/bin/python3";

    private readonly string work;
    private readonly string script;
    private readonly List<string[]> rows;

    /// <summary>Reads the reference rows.</summary>
    public Reference(string data, string work, string script)
    {
        (this.work, this.script) = (work, script);
        rows = Csv.Read(Path.Combine(data, "reference", "classifiers.csv"));
        Missing = File.Exists(Python) ? Start("-c", "import sklearn")[1].Trim().Split('\n')[^1] : $"{Python} is not here";
    }

    /// <summary>Why scikit-learn does not run here; empty where it does.</summary>
    public string Missing { get; }

    /// <summary>The reference row of a classifier.</summary>
    /// <param name="family">scikit-learn's class.</param>
    /// <param name="parameters">Part of its parameters, as the file writes them.</param>
    public Figures Row(string dataset, string features, string family, string parameters)
    {
        var row = rows.Find(cells => cells[At("dataset")] == dataset && cells[At("features")] == features && cells[At("family")] == family
            && cells[At("params_json")].Contains(parameters, StringComparison.Ordinal));
        return row is null ? new Figures(null, null, null, null) : new Figures(Number("accuracy"), Number("macro_f1"), Number("fit_seconds"), Number("iterations"));

        double? Number(string column) => double.TryParse(row[At(column)], CultureInfo.InvariantCulture, out var value) ? value : null;
        int At(string column) => Array.IndexOf(rows[0], column);
    }

    /// <summary>Hands features over to scikit-learn.</summary>
    public void Export(FeatureMatrix train, int[] trainLabels, FeatureMatrix test, int[] testLabels, Dataset dataset)
    {
        foreach (var old in Directory.EnumerateFiles(work, "*.npy"))
        {
            File.Delete(old);
        }

        foreach (var (part, matrix, labels) in new[] { ("train", train, trainLabels), ("test", test, testLabels) })
        {
            Npy.Write(Path.Combine(work, $"{part}-labels.npy"), labels, "<i4");
            if (matrix.Sparse is { } sparse)
            {
                Npy.Write(Path.Combine(work, $"{part}-starts.npy"), sparse.RowStarts, "<i4");
                Npy.Write(Path.Combine(work, $"{part}-columns.npy"), sparse.ColumnIndices, "<i4");
                Npy.Write(Path.Combine(work, $"{part}-values.npy"), sparse.Values, "<f8");
                Npy.Write(Path.Combine(work, $"{part}-shape.npy"), [sparse.Rows, sparse.Columns], "<i4");
            }

            if (matrix.Dense is { } dense)
            {
                Npy.Write(Path.Combine(work, $"{part}-dense.npy"), dense.Values, "<f4", dense.Rows, dense.Columns);
            }
        }

        File.WriteAllText(Path.Combine(work, "train-texts.json"), JsonSerializer.Serialize(dataset.Train.Texts));
    }

    /// <summary>Runs the script on the features handed over last.</summary>
    public JsonElement Run(params string[] arguments)
    {
        var output = Start([script, work, .. arguments]);
        return output[0].Length > 0 ? JsonDocument.Parse(output[0]).RootElement : throw new InvalidOperationException(output[1]);
    }

    /// <summary>Fits a family of scikit-learn.</summary>
    public Figures Fit(string family, string parameters)
    {
        var result = Run("fit", family, parameters);
        return new Figures(
            result.GetProperty("accuracy").GetDouble(), result.GetProperty("macro_f1").GetDouble(), result.GetProperty("seconds").GetDouble(), result.GetProperty("iterations").GetDouble());
    }

    private static string[] Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var threads in new[] { "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS" })
        {
            start.Environment[threads] = "1";
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [output, errors.Result];
    }
}
