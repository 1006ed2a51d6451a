namespace TextOps.Crds.EmbeddingJobs;

/// <summary>Reasons of an EmbeddingJob's conditions beside those that every kind of runs gives, see <see cref="Runs.RunReasons"/>.</summary>
public static class EmbeddingJobReasons
{
    /// <summary>The run committed a version.</summary>
    public const string Committed = "Committed";
}
