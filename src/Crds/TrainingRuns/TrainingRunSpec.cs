using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Core;
using TextOps.Crds.Runs;
using TextOps.Crds.Schema;
using TextOps.Crds.Validation;

namespace TextOps.Crds.TrainingRuns;

/// <summary>
/// What is learned from which texts, and where the model goes. <c>dataset</c>, <c>features</c>, <c>candidates</c>, <c>search</c>, <c>evaluation</c> and <c>register</c>
/// define a run: a change of them makes a new one. All other fields only steer.
/// </summary>
public sealed record TrainingRunSpec : IRunSpec
{
    /// <summary>The labelled texts, what they must be like, and how they are split.</summary>
    public required Dataset Dataset { get; init; }

    /// <summary>Blocks of features, fitted on the training split; what a model sees is the blocks its candidate names, side by side.</summary>
    [MinLength(1), MaxItems(16), MapKeys("name")]
    public required IReadOnlyList<FeatureBlock> Features { get; init; }

    /// <summary>Model families that compete; the best by <c>search.objective</c> goes on.</summary>
    [MinLength(1), MaxItems(16), MapKeys("name")]
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    /// <summary>What a trial is judged by, and how trials run.</summary>
    public TrainingSearch Search { get; init; } = new();

    /// <summary>How the best model is judged on the test split, and what it must reach.</summary>
    public Evaluation Evaluation { get; init; } = new();

    /// <summary>Where the model is registered.</summary>
    public Registration Register { get; init; } = new();

    /// <summary>Stops the pods with grace; the same run resumes when it is false again.</summary>
    public bool Suspend { get; init; }

    /// <summary>Runs at fixed times beside those that a change starts.</summary>
    public RunSchedule? Schedule { get; init; }

    /// <summary>A run that takes longer fails (DeadlineExceeded).</summary>
    [Range(1, 31_536_000)]
    public long? ActiveDeadlineSeconds { get; init; }

    /// <summary>How often a failed task (exit code 3, out of memory) is tried again, with exponential back-off.</summary>
    [Range(0, 20)]
    public int MaxRetriesPerShard { get; init; } = 3;

    /// <summary>How long a pod may fail to start because of its image or configuration before the run fails; counts from unsuspension.</summary>
    [Range(1, 86_400)]
    public int PodStartTimeoutSeconds { get; init; } = 600;

    /// <summary>How long finished Jobs and ConfigMaps are kept after the run; the object itself and its versions stay.</summary>
    [Range(0, 31_536_000)]
    public int TtlSecondsAfterFinished { get; init; } = 3600;

    /// <summary>How many runs <c>status.runs</c> keeps.</summary>
    [Range(1, 50)]
    public int RunHistoryLimit { get; init; } = 5;

    /// <summary>Kueue's local queue: becomes the label <c>kueue.x-k8s.io/queue-name</c> on child Jobs.</summary>
    [MaxLength(63)]
    public string? QueueName { get; init; }

    /// <summary>How the runner's pods are made.</summary>
    public RunnerSpec Runner { get; init; } = new();

    /// <summary>Most trials of all candidates together.</summary>
    public const int MaxTrials = 500;

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<TrainingRunSpec>> Rules { get; } =
    [
        new("self.candidates.all(c, !has(c.features) || c.features.all(f, self.features.exists(b, b.name == f)))", spec => UnknownBlock(spec) is null,
            "candidates[].features must name blocks of features",
            (spec, at) => $"{at}candidates: {UnknownBlock(spec)!.Value.Candidate} names features ({UnknownBlock(spec)!.Value.Block}), which is no block of {at}features; "
                + $"name one of {string.Join(", ", spec.Features.Select(block => block.Name))}"),
        new("self.candidates.all(c, has(c.logisticRegression) || !has(c.features) || !c.features.exists(f, self.features.exists(b, b.name == f && has(b.tfidf))))",
            spec => SparseTrees(spec) is null, "gradientBoosting and randomForest take dense features; leave tfidf blocks out of their features",
            (spec, at) => $"{at}candidates: {SparseTrees(spec)!.Name} names a tfidf block, and trees take dense features; name numeric and embedding blocks, or take logisticRegression"),
        new("self.features.exists(b, !has(b.tfidf)) || self.candidates.all(c, has(c.logisticRegression))",
            spec => spec.Features.Any(block => block.Tfidf is null) || spec.Candidates.All(candidate => candidate.LogisticRegression is not null),
            "gradientBoosting and randomForest take dense features; add a numeric or an embedding block",
            (_, at) => $"{at}features has tfidf blocks only, and gradientBoosting and randomForest take dense features; add a numeric or an embedding block"),
        new("self.features.all(b, !has(b.numeric) || !has(b.numeric.fields) || b.numeric.fields.all(f, has(self.dataset.fields) && self.dataset.fields.exists(d, d.name == f)))",
            spec => UnknownField(spec) is null, "features[].numeric.fields must name dataset.fields",
            (spec, at) => $"{at}features: numeric.fields names {UnknownField(spec)}, which is not one of {at}dataset.fields; declare it there with its type"),
        new("has(self.dataset.embeddings) || self.features.all(b, !has(b.embedding) || has(b.embedding.model))",
            spec => spec.Dataset.Embeddings is not null || spec.Features.All(block => block.Embedding is null || block.Embedding.Model is not null),
            "features[].embedding needs a model where dataset.embeddings is not given",
            (_, at) => $"{at}features: an embedding block without model takes the vectors of {at}dataset.embeddings, which is not given; name a model"),
        new("self.candidates.map(c, has(c.search) ? c.search.maxTrials : 1).sum() <= 500", spec => Trials(spec) <= MaxTrials,
            "the trials of all candidates together must be at most 500; lower search.maxTrials of some",
            (spec, at) => $"the trials of all {at}candidates together ({Trials(spec)}) must be at most {MaxTrials}; lower search.maxTrials of some"),
        new("has(self.search.objective.folds) || self.dataset.split.method == 'given' || double(self.dataset.split.validationFraction) > 0.0 "
            + "|| size(self.candidates) == 1 && !has(self.candidates[0].search)",
            spec => spec.Search.Objective.Folds is not null || spec.Dataset.Split.Method == SplitMethod.Given || Decimals.Value(spec.Dataset.Split.ValidationFraction) > 0 || !IsSearch(spec),
            "a search needs a validation split or folds; raise dataset.split.validationFraction or set search.objective.folds",
            (_, at) => $"a search needs a validation split or folds; raise {at}dataset.split.validationFraction (0) or set {at}search.objective.folds"),
    ];

    private static (string Candidate, string Block)? UnknownBlock(TrainingRunSpec spec) => spec.Candidates
        .SelectMany(candidate => (candidate.Features ?? []).Select(block => ((string Candidate, string Block)?)(candidate.Name, block)))
        .FirstOrDefault(pair => spec.Features.All(block => block.Name != pair!.Value.Block));

    private static Candidate? SparseTrees(TrainingRunSpec spec) => spec.Candidates.FirstOrDefault(
        candidate => candidate.LogisticRegression is null && candidate.Features?.Any(name => spec.Features.Any(block => block.Name == name && block.Tfidf is not null)) == true);

    private static string? UnknownField(TrainingRunSpec spec) => spec.Features.SelectMany(block => block.Numeric?.Fields ?? [])
        .FirstOrDefault(field => spec.Dataset.Fields?.Any(known => known.Name == field) != true);

    private static int Trials(TrainingRunSpec spec) => spec.Candidates.Sum(candidate => candidate.Search?.MaxTrials ?? 1);

    private static bool IsSearch(TrainingRunSpec spec) => spec.Candidates is not [{ Search: null }];
}
