using TextOps.Tokenizers.PreTokenization;

namespace TextOps.Tokenizers.Format;

/// <summary>Reads <c>pre_tokenizer</c>.</summary>
internal static class PreTokenizerReader
{
    /// <summary>Reads the pre-tokenizer of a file.</summary>
    public static IPreTokenizer Read(JsonSection root)
    {
        const string Supported = "BertPreTokenizer";
        var section = root.Optional("pre_tokenizer") ?? throw root.Unsupported("pre_tokenizer", Supported);
        if (section.String("type") != Supported)
        {
            throw section.Unsupported("type", Supported);
        }

        section.Allow("type");
        return new BertPreTokenizer();
    }
}
