using TextOps.Runner.Text;

namespace TextOps.Runner.Embed;

/// <summary>A row that was read and judged.</summary>
/// <param name="Row">The row.</param>
/// <param name="Reject">Why it is rejected; null where it is not.</param>
internal readonly record struct CheckedRow(SourceRow Row, string? Reject);

/// <summary>A row with its chunks as the model takes them.</summary>
/// <param name="Row">The row.</param>
/// <param name="Reject">Why it is rejected; null where it is not.</param>
/// <param name="Chunks">Its chunks; none where it is rejected.</param>
/// <param name="Unknown">How many chunks were left out, because the model knows none of their tokens.</param>
internal readonly record struct EncodedRow(SourceRow Row, string? Reject, EncodedChunk[] Chunks, int Unknown);

/// <summary>A chunk as the model takes it.</summary>
/// <param name="Row">The row that it is from.</param>
/// <param name="Index">Index in the row, from 0, chunks that were left out included.</param>
/// <param name="Span">Where it stands in the row's text.</param>
/// <param name="Ids">Its token ids.</param>
/// <param name="Truncated">Whether it lost its end to the model's limit.</param>
internal sealed record EncodedChunk(SourceRow Row, int Index, ChunkSpan Span, int[] Ids, bool Truncated);
