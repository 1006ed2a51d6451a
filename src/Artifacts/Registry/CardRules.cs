namespace TextOps.Artifacts.Registry;

/// <summary>What a card must be like beside its types: files that lie in the version, numbers that are numbers.</summary>
internal static class CardRules
{
    // Sums of such numbers are no larger than numbers get.
    private const long MaxRows = 1_000_000_000_000;

    /// <summary>What is wrong with the card of version <paramref name="version"/>, with its field; null where nothing is.</summary>
    public static string? Fault(ModelCard card, ModelLayout layout, int version)
    {
        if (card.Name != layout.Name || card.Version != version)
        {
            return $"it describes version {card.Version} of '{card.Name}'";
        }

        if (WithNull(card) is { } list)
        {
            return $"{list} has an item that is null";
        }

        if (Missing(card) is { } missing)
        {
            return $"{missing} is missing, which a model for {card.Task.Name()} has";
        }

        if (card.Evaluation.Metrics.FirstOrDefault(metric => !double.IsFinite(metric.Value)) is { Key: { } unbounded })
        {
            return $"evaluation.metrics[{unbounded}] is not a finite number";
        }

        if (card.Evaluation.Intervals.FirstOrDefault(interval => interval.Value is not { Count: 2 } bounds || !bounds.All(double.IsFinite)) is { Key: { } interval })
        {
            return $"evaluation.intervals[{interval}] is not [low, high]";
        }

        if (card.Evaluation.ConfusionMatrix.SelectMany(row => row).Any(rows => rows is < 0 or > MaxRows))
        {
            return $"evaluation.confusionMatrix has a number that is not from 0 to {MaxRows}";
        }

        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in card.Files)
        {
            if (!ModelLayout.IsFile(file.Path))
            {
                return $"files has '{file.Path}', which is not the path of a model's file";
            }

            if (!paths.Add(file.Path))
            {
                return $"files has '{file.Path}' twice";
            }

            if (file.Bytes < 0 || file.Sha256.Length != 64 || !file.Sha256.All(char.IsAsciiHexDigitLower))
            {
                return $"files['{file.Path}'] has no size and SHA-256 of 64 lower-case hex digits";
            }
        }

        return paths.Count > 0 ? null : "files is empty";
    }

    /// <summary>The field that a card of this task must have and this one lacks.</summary>
    private static string? Missing(ModelCard card)
    {
        (string Name, bool There)[] fields = card.Task switch
        {
            ModelTask.SentenceSimilarity => [("signature.dimensions", card.Signature.Dimensions > 0), ("signature.maxTokens", card.Signature.MaxTokens > 0)],
            ModelTask.TextRanking => [("signature.maxTokens", card.Signature.MaxTokens > 0)],
            _ =>
            [
                ("signature.labels", card.Signature.Labels.Count > 0), ("candidate", card.Candidate is not null), ("features", card.Features.Count > 0), ("lineage", card.Lineage is not null),
                ("evaluation.confusionMatrix", card.Evaluation.ConfusionMatrix.Count > 0),
            ],
        };
        return Array.Find(fields, field => !field.There).Name;
    }

    // The types say it of fields, but not of the items of lists.
    private static string? WithNull(ModelCard card)
    {
        (string Name, IEnumerable<object?> Items)[] lists =
        [
            ("files", card.Files),
            ("gates", card.Gates),
            ("features", card.Features),
            ("signature.labels", card.Signature.Labels),
            ("signature.fields", card.Signature.Fields),
            ("lineage.inputs", card.Lineage?.Inputs.Values ?? []),
            ("evaluation.confusionMatrix", card.Evaluation.ConfusionMatrix),
        ];
        return Array.Find(lists, list => list.Items.Contains(null)).Name;
    }
}
