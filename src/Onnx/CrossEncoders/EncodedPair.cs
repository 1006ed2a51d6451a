namespace TextOps.Onnx.CrossEncoders;

/// <summary>Two texts as the model takes them.</summary>
/// <param name="Ids">Token ids, special ones included.</param>
/// <param name="TypeIds">Segment of each token.</param>
/// <param name="Truncated">Whether the two were longer than the model's limit.</param>
public readonly record struct EncodedPair(int[] Ids, int[] TypeIds, bool Truncated);
