using TextOps.Learning.Models;

namespace TextOps.Runner.Serve.Pages;

/// <summary>Texts to try a model with. A card keeps no texts of its data, so they are general ones; labels that name feelings get reviews.</summary>
internal static class ExampleTexts
{
    /// <summary>The query that passages answer.</summary>
    public const string Query = "How do I get my money back?";

    private static readonly string[] Passages =
    [
        "Refunds are paid within five working days to the card that you paid with.",
        "Our shop opens at nine o'clock on weekdays.",
        "To change your password, open the settings and choose Security.",
    ];

    private static readonly string[] Reviews =
        ["Great book, highly recommend!", "It is fine, though nothing I will remember.", "Dull plot and flat characters; I want my evening back."];

    private static readonly string[] Questions = ["I was charged twice for the same order, please help.", "How do I change the address of my account?", "Thank you, the new version works very well."];

    private static readonly string[] Pairs = ["A man plays the guitar on a stage.", "Somebody is making music in front of an audience.", "The stock market fell sharply on Monday."];

    /// <summary>Texts for a model, as many and as long as its server takes; for a cross-encoder passages, the best one first.</summary>
    public static IReadOnlyList<string> For(ServedModel served) =>
        [.. Of(served).Take(RequestLimits.Of(served).MaxInputs).Select(text => text.Length > served.Limits.MaxTextLength ? text[..served.Limits.MaxTextLength] : text)];

    private static string[] Of(ServedModel served) => served.Model.Kind switch
    {
        TextModelKind.SentenceSimilarity => Pairs,
        TextModelKind.TextRanking => Passages,
        _ => served.TextField.Contains("review", StringComparison.OrdinalIgnoreCase) || served.Model.Labels.Any(IsFeeling) ? Reviews : Questions,
    };

    private static bool IsFeeling(string label) =>
        label.StartsWith("pos", StringComparison.OrdinalIgnoreCase) || label.StartsWith("neg", StringComparison.OrdinalIgnoreCase);
}
