namespace TextOps.Crds.TrainingRuns;

/// <summary>Types of a TrainingRun's conditions beside Ready, Reconciling and Stalled: its steps.</summary>
public static class TrainingRunConditions
{
    /// <summary>The dataset keeps its contract; splits and features are there.</summary>
    public const string DataReady = "DataReady";

    /// <summary>All trials are over and the best is known.</summary>
    public const string Searched = "Searched";

    /// <summary>The best model was judged on the test split.</summary>
    public const string Evaluated = "Evaluated";

    /// <summary>Every gate holds; the message lists each with its value.</summary>
    public const string GatesPassed = "GatesPassed";

    /// <summary>The model is a version of the registry.</summary>
    public const string Registered = "Registered";
}

/// <summary>Reasons of a TrainingRun's conditions that other kinds do not have.</summary>
public static class TrainingRunReasons
{
    /// <summary>The run registered a version.</summary>
    public const string Registered = "Registered";

    /// <summary>A gate does not hold; nothing was registered.</summary>
    public const string GateFailed = "GateFailed";

    /// <summary>More trials failed than <c>search.maxFailedTrials</c> allows, or all of them.</summary>
    public const string TrialsFailed = "TrialsFailed";

    /// <summary>The EmbeddingJob of the dataset has no committed version yet.</summary>
    public const string WaitingForDataset = "WaitingForDataset";

    /// <summary>The dataset is prepared.</summary>
    public const string Prepared = "Prepared";

    /// <summary>The step is done: all trials are over, or the best model was judged on the test split.</summary>
    public const string Completed = "Completed";

    /// <summary>There is nothing to search: one candidate, no space.</summary>
    public const string NothingToSearch = "NothingToSearch";

    /// <summary>There are no gates.</summary>
    public const string NoGates = "NoGates";

    /// <summary>Every gate holds.</summary>
    public const string Passed = "Passed";

    /// <summary>The step before is not done.</summary>
    public const string Pending = "Pending";
}
