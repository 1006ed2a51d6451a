using TextOps.Artifacts.Registry;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Tasks;

/// <summary>Versions of models as results tell them.</summary>
internal static class RegisteredVersions
{
    /// <summary>A version with what it reached by its objective.</summary>
    public static RegisteredVersion Of(RegisteredModel model) => new()
    {
        Version = model.Card.Version,
        Output = model.Uri,
        Digest = model.Digest,
        Candidate = model.Card.Candidate?.Name ?? "",
        Value = model.Card.Evaluation.Metrics.TryGetValue(model.Card.Evaluation.Objective, out var value) ? value : null,
    };
}
