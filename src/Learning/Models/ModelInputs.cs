namespace TextOps.Learning.Models;

/// <summary>Names of what goes into a model's graph and comes out of it; <see cref="Families.ITrainedClassifier.ToOnnx"/> says what they are.</summary>
internal static class ModelInputs
{
    public const string Indices = "indices";

    public const string Values = "values";

    public const string Dense = "dense";

    public const string Probabilities = "probabilities";
}
