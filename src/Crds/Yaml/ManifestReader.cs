using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;

namespace TextOps.Crds.Yaml;

/// <summary>
/// Reads manifests from YAML or JSON, one or several documents a file, and says of each error where it is. A bad document does not hide the others. Limits: 1 MiB a
/// file, 50,000 values and 50 levels a document, aliases counted as what they repeat.
/// </summary>
public static class ManifestReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file, or the <c>.yaml</c>, <c>.yml</c> and <c>.json</c> files of a folder (not of those below it) in the order of their names.</summary>
    public static ManifestReading Read(string path)
    {
        if (!Directory.Exists(path))
        {
            return ReadFile(path);
        }

        var files = Directory.EnumerateFiles(path)
            .Where(file => Path.GetExtension(file) is ".yaml" or ".yml" or ".json")
            .Order(StringComparer.Ordinal)
            .Select(ReadFile)
            .ToList();
        return files.Count == 0
            ? Failed(path, $"the folder {path} holds no .yaml, .yml or .json file")
            : new ManifestReading([.. files.SelectMany(file => file.Manifests)], [.. files.SelectMany(file => file.Errors)]);
    }

    /// <summary>Reads text; <paramref name="file"/> is the name that errors show.</summary>
    public static ManifestReading ReadText(string text, string file)
    {
        if (Encoding.UTF8.GetByteCount(text) > ManifestLimits.Bytes)
        {
            return TooLarge(file, Encoding.UTF8.GetByteCount(text));
        }

        var errors = new List<ManifestError>();
        var manifests = new List<Manifest>();
        if (ControlCharacter(text, file) is { } control)
        {
            return new ManifestReading([], [control]);
        }

        foreach (var (document, linesBefore) in Split(text.TrimStart('\uFEFF')))
        {
            var reader = new YamlDocumentReader(document, file, linesBefore, errors);
            try
            {
                manifests.AddRange(reader.Read().Select(read => Check(read.Root, read.Positions, file, errors)).OfType<Manifest>());
            }
            catch (YamlException error)
            {
                var (line, column) = reader.Position(error.Start);
                errors.Add(Tab(document, file, linesBefore, line) ?? new ManifestError(file, line, column, "", $"not valid YAML: {Sentence(error.Message)}"));
            }
            catch (InvalidOperationException)
            {
                // The parser's own state machine gave up: it does so on brackets that are never closed.
                var (line, column) = reader.Here;
                errors.Add(new ManifestError(file, line, column, "", "not valid YAML from here on; look for a bracket, brace or quote that is not closed"));
            }
        }

        if (manifests.Count == 0 && errors.Count == 0)
        {
            errors.Add(new ManifestError(file, 0, 0, "", "the file holds no object; write one that begins with apiVersion and kind"));
        }

        return new ManifestReading(manifests, errors);
    }

    private static ManifestReading ReadFile(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var bytes = new byte[ManifestLimits.Bytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > ManifestLimits.Bytes ? TooLarge(path, stream.Length) : ReadText(StrictUtf8.GetString(bytes, 0, length), path);
        }
        catch (DecoderFallbackException error)
        {
            return InvalidUtf8(path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Failed(path, $"cannot be read: {error.Message}");
        }
    }

    private static ManifestReading Failed(string file, string message) => new([], [new ManifestError(file, 0, 0, "", message)]);

    private static ManifestReading TooLarge(string file, long bytes) =>
        Failed(file, $"the file has {bytes} bytes, at most {ManifestLimits.Bytes} are read; split it, or keep data out of manifests");

    private static ManifestReading InvalidUtf8(string file, DecoderFallbackException error)
    {
        var bytes = string.Join(' ', (error.BytesUnknown ?? []).Select(value => value.ToString("X2")));
        return Failed(file, $"not valid UTF-8 at byte {error.Index} ({bytes}); save the file as UTF-8");
    }

    // YAML 1.2, section 5.1: only printable characters; the parser takes NUL for the end.
    private static ManifestError? ControlCharacter(string text, string file)
    {
        var (line, column) = (1, 0);
        foreach (var letter in text)
        {
            column++;
            if (letter == '\n')
            {
                (line, column) = (line + 1, 0);
            }
            else if (char.IsControl(letter) && letter is not ('\t' or '\r' or '\u0085'))
            {
                return new ManifestError(file, line, column, "", $"the control character U+{(int)letter:X4} may not be in YAML; write it escaped in double quotes or remove it");
            }
        }

        return null;
    }

    // "---" at the start of a line begins a document and "..." ends one wherever they are (YAML 1.2, section 9.1.2), so a syntax error in one cannot reach the next.
    private static IEnumerable<(string Document, int LinesBefore)> Split(string text)
    {
        var start = 0;
        var startLine = 0;
        var line = 0;
        var hasContent = false;
        for (var at = 0; at < text.Length; line++)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            var content = text[at..end];
            var begins = IsMarker(content, "---");
            if (hasContent && (begins || IsMarker(content, "...")))
            {
                var cut = begins ? at : end;
                yield return (text[start..cut], startLine);
                (start, startLine, hasContent) = (cut, begins ? line : line + 1, false);
            }

            // Comments and directives belong to the document after them.
            hasContent |= begins || (start <= at && !(string.IsNullOrWhiteSpace(content) || content[0] is '%' || content.TrimStart()[0] is '#'));
            at = end;
        }

        if (hasContent)
        {
            yield return (text[start..], startLine);
        }
    }

    private static bool IsMarker(string line, string marker) =>
        line.StartsWith(marker, StringComparison.Ordinal) && (line.Length == 3 || char.IsWhiteSpace(line[3]));

    private static Manifest? Check(JsonNode root, IReadOnlyDictionary<string, ManifestPosition> positions, string file, List<ManifestError> errors)
    {
        var (line, column) = positions[""];
        if (root is not JsonObject content)
        {
            var what = root is JsonArray ? "a list" : "a single value";
            errors.Add(new ManifestError(file, line, column, "", $"the document is {what}; expected an object that begins with apiVersion and kind"));
            return null;
        }

        var manifest = new Manifest(file, content, positions);
        var before = errors.Count;
        foreach (var (name, value) in new[] { ("apiVersion", manifest.ApiVersion), ("kind", manifest.Kind) })
        {
            if (value.Length == 0)
            {
                errors.Add(manifest.Error(name, content[name] is null ? $"{name} is missing" : $"{name} must be a string"));
            }
        }

        return errors.Count == before ? manifest : null;
    }

    private static ManifestError? Tab(string document, string file, int linesBefore, int from)
    {
        foreach (var (index, line) in document.Split('\n').Index())
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (index + 1 + linesBefore >= from && tab >= 0 && string.IsNullOrWhiteSpace(line[..tab]))
            {
                return new ManifestError(file, index + 1 + linesBefore, tab + 1, "", "the line is indented with a tab; indent with spaces");
            }
        }

        return null;
    }

    private static string Sentence(string message) => char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.');
}
