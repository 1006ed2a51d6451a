namespace TextOps.Tokenizers.Normalization;

/// <summary>The fields of Hugging Face's BertNormalizer.</summary>
/// <param name="CleanText">Control characters go, white space becomes a space.</param>
/// <param name="IsolateIdeographs"><c>handle_chinese_chars</c>: spaces around CJK ideographs.</param>
/// <param name="StripAccents">
/// Canonical decomposition without composing again, then non-spacing marks go. <c>null</c> in the file means: as <paramref name="Lowercase"/>.
/// </param>
/// <param name="Lowercase">Lower case, character by character.</param>
internal sealed record BertNormalizerOptions(bool CleanText, bool IsolateIdeographs, bool StripAccents, bool Lowercase);
