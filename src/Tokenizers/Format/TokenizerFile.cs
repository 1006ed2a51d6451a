using System.Text.Json;

namespace TextOps.Tokenizers.Format;

/// <summary>Reads the bytes of a <c>tokenizer.json</c> within limits: the file comes from outside.</summary>
internal static class TokenizerFile
{
    /// <summary>The largest file that is read, in bytes (64 MiB). The largest vocabularies in use take about a quarter of it.</summary>
    public const int MaxBytes = 64 << 20;

    private const int MaxDepth = 32;

    /// <summary>Parses a file.</summary>
    /// <param name="stream">The file's content.</param>
    /// <param name="name">What messages call it.</param>
    public static JsonDocument Parse(Stream stream, string name)
    {
        var bytes = ReadAll(stream, name);
        if (bytes.Length == 0)
        {
            throw new TokenizerFormatException($"{name}: the file is empty");
        }

        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new TokenizerFormatException($"{name}: not valid JSON, or cut off: {e.Message}", e);
        }
    }

    private static ReadOnlyMemory<byte> ReadAll(Stream stream, string name)
    {
        var content = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (stream.Read(buffer) is var read and > 0)
        {
            if (content.Length + read > MaxBytes)
            {
                throw new TokenizerFormatException($"{name}: larger than {MaxBytes >> 20} MiB, the most that is read");
            }

            content.Write(buffer, 0, read);
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }
}
