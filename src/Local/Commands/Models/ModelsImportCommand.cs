using System.CommandLine;
using TextOps.Artifacts.Registry;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;
using TextOps.Learning.Models;
using TextOps.Local.Display;
using TextOps.Onnx.Embeddings;

namespace TextOps.Local.Commands.Models;

/// <summary><c>textops models import DIR --name NAME</c>: makes a version of an embedding model or a cross-encoder.</summary>
internal static class ModelsImportCommand
{
    private static readonly string[] Documents = ["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE"];

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder of the model, as Hugging Face has it: tokenizer.json, config.json, an ONNX file, …" };
        var name = new Option<string>("--name") { Required = true, HelpName = "NAME", Description = "Name of the model in the registry." };
        var alias = new Option<string?>("--alias") { HelpName = "ALIAS", Description = "Let this alias name the version." };
        var precision = new Option<string>("--precision") { HelpName = "PRECISION", Description = "Which of the ONNX files: auto, fp32, fp16 or int8.", DefaultValueFactory = _ => "auto" };
        precision.AcceptOnlyFromAmong("auto", "fp32", "fp16", "int8");
        var evaluate = new Option<string?>("--evaluate")
        {
            HelpName = "FILE",
            Description = "Judge the model by these pairs and put the metrics on its card: JSON lines with text, pair and score (or sentence1, sentence2 and score). Of a cross-encoder text is the query.",
        };
        var store = CommonOptions.StoreOrUri();
        var command = new Command("import", "Makes the next version of a model that was not trained here. Equal files are the version that is there.") { folder, name, alias, precision, evaluate, store };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = new Request(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(name), parsed.GetValue(alias), parsed.GetValue(evaluate), PrecisionOf(parsed.GetRequiredValue(precision)));
            request.Check();
            var model = request.Read(cancellationToken);
            await request.RegisterAsync(new ModelRegistry(StoreLocation.Make(parsed.GetRequiredValue(store)).Open()), model, cancellationToken);
            return 0;
        });
        return command;
    }

    private static Precision PrecisionOf(string text) => text switch
    {
        "fp32" => Precision.Float32,
        "fp16" => Precision.Float16,
        "int8" => Precision.Int8,
        _ => Precision.Auto,
    };

    private sealed record Request(string Folder, string Name, string? Alias, string? Examples, Precision Precision)
    {
        public void Check()
        {
            if (!Directory.Exists(Folder))
            {
                throw new UsageException($"DIR {Printable.OneLine(Folder, 4096)} is not a folder; name one that holds a model");
            }

            if (!ModelLayout.IsModel(Name))
            {
                throw new UsageException(
                    $"--name {Printable.OneLine(Name, 200)} is no name of a model; use at most 128 lower-case letters, digits, '.', '_' and '-', a letter or digit first and last");
            }

            if (Alias is not null)
            {
                ModelsAliasCommand.CheckName(Name, Alias);
                _ = ModelLayout.IsAlias(Alias)
                    ? Alias
                    : throw new UsageException($"--alias {Printable.OneLine(Alias, 200)} is no name of an alias; use at most 63 lower-case letters, digits and '-', a letter or digit first and last");
            }
        }

        /// <summary>Loads the model once, to know that it works, and judges it.</summary>
        public ImportedModel Read(CancellationToken cancellationToken)
        {
            var kind = TextModels.KindOf(Folder);
            if (kind == TextModelKind.TextClassification)
            {
                throw new UsageException(
                    $"DIR {Printable.OneLine(Folder, 4096)} is a classifier that TextOps trained (featurizer.json): its candidate, its data and its gates are known to the registry that it comes from; "
                    + "let a TrainingRun register it, or copy the whole version, with its model.json, from that registry");
            }

            var options = new TextModelOptions { Kind = kind, Precision = Precision, Threads = Environment.ProcessorCount };
            var files = TextModels.FilesOf(Folder, options);
            using var model = TextModels.Load(Folder, options);
            return new ImportedModel
            {
                Folder = Path.GetFullPath(Folder),
                Files = [.. files, .. Documents.Where(file => File.Exists(Path.Combine(Folder, file)))],
                Task = kind == TextModelKind.TextRanking ? ModelTask.TextRanking : ModelTask.SentenceSimilarity,
                Signature = new ModelSignature { TextField = "text", Dimensions = kind == TextModelKind.SentenceSimilarity ? model.OutputLength : null, MaxTokens = model.MaxTokens },
                Evaluation = Judge(model, cancellationToken),
            };
        }

        public async Task RegisterAsync(ModelRegistry registry, ImportedModel model, CancellationToken cancellationToken)
        {
            var (version, isNew) = await new ModelImport(registry, TimeProvider.System).ImportAsync(Name, model, cancellationToken);
            var evaluation = version.Card.Evaluation;
            var metrics = string.Join(", ", evaluation.Metrics.OrderBy(metric => metric.Key != evaluation.Objective).Select(metric => $"{metric.Key}={MetricText.Value(metric.Key, metric.Value)}"));
            await Console.Out.WriteLineAsync(
                $"{(isNew ? "imported" : "equal files are there already:")} {Name} {VersionNumber.Name(version.Card.Version)}, {version.Card.Task.Name()}"
                + $"{(metrics.Length > 0 ? $", {metrics}" : "")}\n{version.Digest}");
            if (Alias is not null)
            {
                await ModelsAliasCommand.TrySetAsync(registry, version, Alias, AliasExpectation.Any, cancellationToken);
            }
        }

        private ModelEvaluation Judge(ITextModel model, CancellationToken cancellationToken)
        {
            var evaluation = new ModelEvaluation
            {
                Objective = model.Kind == TextModelKind.TextRanking ? MetricNames.Ndcg10 : MetricNames.CosineSpearman,
                Metrics = new Dictionary<string, double>(StringComparer.Ordinal),
            };
            if (Examples is null)
            {
                return evaluation;
            }

            var examples = ExampleFile.Read(Examples);
            var metrics = model.Evaluate(examples.Pairs, cancellationToken);
            return metrics.Count > 0
                ? evaluation with { Metrics = metrics, Examples = new EvaluationExamples { File = Path.GetFileName(Examples), Sha256 = examples.Sha256, Rows = examples.Pairs.Count } }
                : throw new UsageException($"--evaluate {Printable.OneLine(Examples, 4096)}: no metric is defined, because all scores, or all similarities, are equal; give pairs that differ");
        }
    }
}
