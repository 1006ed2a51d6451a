using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Training;
using TextOps.Crds;
using TextOps.Crds.TrainingRuns;
using TextOps.Runner.Evaluate.Report;
using TextOps.Runner.Hosting;
using TextOps.Runner.Prepare.Contract;
using TextOps.Runner.Text;

namespace TextOps.Runner.Evaluate;

/// <summary>The parts of a model's card and report.</summary>
internal static class ModelDescription
{
    private static readonly string[] Duplicates = [RejectReasons.Duplicate, ContractReasons.ContradictingDuplicate, ContractReasons.DuplicateAcrossSplits];

    /// <summary>The blocks that the model sees, as the spec gives them.</summary>
    public static IReadOnlyList<FeatureBlock> FeaturesOf(PreparedDataset prepared, FittedModel fitted) =>
        [.. prepared.Features.Where(block => fitted.Blocks.Contains(block.Name, StringComparer.Ordinal))];

    /// <summary>What the model takes and gives: of the dataset's fields only those that it uses.</summary>
    public static ModelSignature SignatureOf(PreparedDataset prepared, FittedModel fitted, string textField)
    {
        var numeric = FeaturesOf(prepared, fitted).Select(block => block.Numeric).OfType<NumericFeatures>().ToList();
        var fields = numeric.SelectMany(block => block.Fields ?? []).ToHashSet(StringComparer.Ordinal);
        return new ModelSignature
        {
            TextField = textField,
            Fields = [.. (prepared.Dataset.Fields ?? []).Where(field => fields.Contains(field.Name))],
            Derived = [.. numeric.SelectMany(block => block.Derived ?? []).Distinct()],
            Labels = prepared.Labels,
        };
    }

    /// <summary>Where the model comes from.</summary>
    public static ModelLineage LineageOf(PreparedDataset prepared, IReadOnlyList<TrialRecord> trials) => new()
    {
        Dataset = prepared.Dataset,
        Embeddings = prepared.Embeddings,
        Inputs = prepared.Inputs,
        DataFingerprint = prepared.DataFingerprint,
        Rows = prepared.Rows,
        Labels = prepared.TrainLabels,
        Trials = trials.Count,
        FailedTrials = trials.Count(trial => trial.Error is not null),
        Seed = prepared.Seed,
        CodeVersion = CodeVersion.Commit,
    };

    /// <summary>What the report tells of the data contract.</summary>
    public static ContractSummary? ContractOf(ContractReport? contract) => contract is null ? null : new ContractSummary
    {
        Read = contract.Rows,
        Rejected = contract.Rejected.Values.Sum(),
        Violations = contract.Violations,
        Duplicates = Duplicates.Sum(reason => contract.Violations.GetValueOrDefault(reason)),
        Warnings = contract.Warnings,
    };

    /// <summary>The card of a version.</summary>
    public static ModelCard CardOf(ReportData data, int version, string fingerprint, IReadOnlyList<ModelFile> files) => new()
    {
        ApiVersion = ApiGroup.GroupVersion,
        Name = data.Model,
        Version = version,
        Created = data.Created,
        Owner = data.Owner,
        RunId = data.RunId,
        Fingerprint = fingerprint,
        Signature = data.Signature,
        Candidate = data.Candidate,
        Features = data.Features,
        Lineage = data.Lineage,
        Evaluation = data.Evaluation,
        Gates = data.Gates,
        Files = files,
    };
}
