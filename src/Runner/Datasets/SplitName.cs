namespace TextOps.Runner.Datasets;

/// <summary>The splits, in the order in which they count: of equal texts in two, the one in the later is left out.</summary>
internal enum SplitName
{
    /// <summary>Models learn from it.</summary>
    Train,

    /// <summary>Trials are judged by it.</summary>
    Validation,

    /// <summary>The best model is judged by it, once.</summary>
    Test,
}

/// <summary>Splits as people write them.</summary>
internal static class SplitNames
{
    /// <summary>All, in their order.</summary>
    public static IReadOnlyList<SplitName> All { get; } = [SplitName.Train, SplitName.Validation, SplitName.Test];

    /// <summary><c>train</c>, <c>validation</c> or <c>test</c>.</summary>
    public static string Text(SplitName split) => split switch
    {
        SplitName.Train => "train",
        SplitName.Validation => "validation",
        _ => "test",
    };

    /// <summary>The split that a text names; null where it names none.</summary>
    public static SplitName? Parse(string text) => text switch
    {
        "train" => SplitName.Train,
        "validation" => SplitName.Validation,
        "test" => SplitName.Test,
        _ => null,
    };
}
