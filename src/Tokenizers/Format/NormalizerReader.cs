using System.Text.Json;
using TextOps.Tokenizers.Normalization;

namespace TextOps.Tokenizers.Format;

/// <summary>Reads <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    /// <summary>Reads the normaliser of a file.</summary>
    public static INormalizer Read(JsonSection root)
    {
        const string Supported = "BertNormalizer";
        var section = root.Optional("normalizer") ?? throw root.Unsupported("normalizer", Supported);
        if (section.String("type") != Supported)
        {
            throw section.Unsupported("type", Supported);
        }

        section.Allow("type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase");
        var lowercase = section.Boolean("lowercase");
        var stripAccents = section.Element.TryGetProperty("strip_accents", out var strip) && strip.ValueKind != JsonValueKind.Null
            ? section.Boolean("strip_accents")
            : lowercase;
        return new BertNormalizer(
            new BertNormalizerOptions(section.Boolean("clean_text"), section.Boolean("handle_chinese_chars"), stripAccents, lowercase));
    }
}
