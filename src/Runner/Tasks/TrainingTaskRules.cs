using TextOps.Artifacts.Registry;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Tasks;

/// <summary>What tasks of training runs must be like, beside the limits of their fields: names that other fields give must be there.</summary>
internal static class TrainingTaskRules
{
    private const int MaxTrials = 32;

    /// <summary>Checks a task; others than those of training runs are not looked at.</summary>
    /// <exception cref="TaskRefusedException">A value is wrong; the message names the field.</exception>
    public static void Check(TaskDocument task)
    {
        if (task is not (PrepareTask or TrainTask or EvaluateTask))
        {
            return;
        }

        FieldLimits.Check(task);
        Require(ModelLayout.IsModel(task.Output.Name), $"output.name ({task.Output.Name}) is no name of a model; use at most 128 lower-case letters, digits, '.', '_' and '-'");
        Require(ModelLayout.IsHolder(task.RunId), $"runId ({task.RunId}) becomes part of names in the store; use letters, digits, '.', '_' and '-', a letter or digit first and last");
        switch (task)
        {
            case PrepareTask prepare:
                CheckDataset(prepare);
                CheckFeatures(prepare);
                CheckAlias(prepare.Alias);
                break;
            case TrainTask train:
                Require(train.Trials.Count is >= 1 and <= MaxTrials, $"trials ({train.Trials.Count}) must be from 1 to {MaxTrials}");
                Require(!train.Fit || train.Trials.Count == 1, $"trials ({train.Trials.Count}) must be one where fit is true");
                Require(train.Trials.All(trial => trial.Number >= 0), "trials: number must be 0 or more");
                Distinct("trials", train.Trials.Select(trial => $"{trial.Number}"));
                break;
            case EvaluateTask evaluate:
                Require(evaluate.Best >= 0, $"best ({evaluate.Best}) must be 0 or more");
                Require(evaluate.KeepVersions is null or >= 1, $"keepVersions ({evaluate.KeepVersions}) must be 1 or more");
                CheckAlias(evaluate.Alias);
                break;
        }
    }

    private static void CheckDataset(PrepareTask task)
    {
        var dataset = task.Dataset;
        Require(dataset.Embeddings is null == task.Embeddings is null, "embeddings must be given with dataset.embeddings, and only with it");
        Require(
            dataset.Embeddings is null || dataset.Split.TestUri is null,
            "dataset.split.testUri names files, and the dataset is a version of embeddings; name one of its metadataFields in dataset.split.field");
        Distinct("dataset.fields", (dataset.Fields ?? []).Select(field => field.Name));
    }

    private static void CheckFeatures(PrepareTask task)
    {
        Require(task.Features.Count > 0, "features must have at least one block");
        Require(task.Candidates.Count > 0, "candidates must have at least one candidate");
        Distinct("features", task.Features.Select(block => block.Name));
        Distinct("candidates", task.Candidates.Select(candidate => candidate.Name));
        var fields = (task.Dataset.Fields ?? []).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var block in task.Features)
        {
            foreach (var field in block.Numeric?.Fields?.Where(field => !fields.Contains(field)) ?? [])
            {
                Require(holds: false, $"features[{block.Name}].numeric.fields names '{field}', which is not in dataset.fields; add it there");
            }
        }

        var blocks = task.Features.ToDictionary(block => block.Name, StringComparer.Ordinal);
        foreach (var candidate in task.Candidates)
        {
            foreach (var name in candidate.Features ?? [])
            {
                Require(blocks.ContainsKey(name), $"candidates[{candidate.Name}].features names '{name}', which is not in features; there are {string.Join(", ", blocks.Keys)}");
                Require(
                    candidate.LogisticRegression is not null || blocks[name].Tfidf is null,
                    $"candidates[{candidate.Name}].features names '{name}', which is sparse (tfidf), and trees take dense blocks only; leave it out");
            }

            Require(
                candidate.LogisticRegression is not null || candidate.Features is not null || task.Features.Any(block => block.Tfidf is null),
                $"candidates[{candidate.Name}] takes dense blocks only, and all of features are sparse (tfidf); add a numeric or an embedding block");
        }
    }

    private static void CheckAlias(string? alias) =>
        Require(alias is null || ModelLayout.IsAlias(alias), $"alias ({alias}) is no name of an alias; use at most 63 lower-case letters, digits and '-'");

    private static void Distinct(string field, IEnumerable<string> names)
    {
        var twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key;
        Require(twice is null, $"{field} has '{twice}' twice; give each a name of its own");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, message);
        }
    }
}
