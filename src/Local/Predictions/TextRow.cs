namespace TextOps.Local.Predictions;

/// <summary>A text that a model is asked about.</summary>
/// <param name="Text">The text.</param>
/// <param name="Numbers">Numeric fields of the model's contract.</param>
/// <param name="Label">What is right, as the file has it; null where that is not known.</param>
/// <param name="Place">Where it comes from, for messages: <c>reviews.jsonl:12</c>; null for an argument.</param>
internal sealed record TextRow(string Text, IReadOnlyDictionary<string, double> Numbers, string? Label, string? Place);
