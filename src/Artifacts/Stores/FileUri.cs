using System.Globalization;
using System.Text;

namespace TextOps.Artifacts.Stores;

/// <summary>
/// File URIs: <c>file:///absolute/path</c>, and <c>file://./relative</c> (<c>file://../relative</c>) for a path from the current folder.
/// <c>%XX</c> stands for a byte of UTF-8 (RFC 3986, 2.1); every
/// other character is itself: there is neither query nor fragment, so <c>?</c>, <c>#</c> and <c>*</c> need no escaping.
/// </summary>
public static class FileUri
{
    /// <summary>What file URIs start with.</summary>
    public const string Prefix = "file://";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether <paramref name="uri"/> is meant to be a file URI.</summary>
    public static bool Is(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The absolute path that a file URI stands for, without <c>.</c> and <c>..</c> and without a '/' at its end.</summary>
    /// <exception cref="StoreRefusedException">It is not a file URI of this form; the message shows the right one.</exception>
    public static string ToPath(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new StoreRefusedException($"'{uri}' is not a file URI; write file:///absolute/path or file://./relative/path");
        }

        var path = uri[Prefix.Length..];
        if (path.Length == 0)
        {
            throw new StoreRefusedException($"'{uri}' names no path; write file:///absolute/path or file://./relative/path");
        }

        if (path.Split('/')[0] is not ("" or "." or ".."))
        {
            throw new StoreRefusedException(
                $"'{uri}' names the host '{path.Split('/')[0]}', and files are read from this machine only; "
                + $"write file:///{path} for the absolute path or file://./{path} for the relative one");
        }

        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(Decode(uri, path)));
    }

    /// <summary>The file URI of a path; a relative one is made absolute.</summary>
    public static string FromPath(string path) => Prefix + Escape(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    /// <summary>A path, or a part of one, as it stands in a file URI: '%' and control characters are escaped.</summary>
    public static string Escape(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.Any(NeedsEscape))
        {
            return path;
        }

        var escaped = new StringBuilder();
        foreach (var character in path)
        {
            _ = NeedsEscape(character) ? escaped.Append('%').Append(((int)character).ToString("X2")) : escaped.Append(character);
        }

        return escaped.ToString();
    }

    private static bool NeedsEscape(char character) => character is '%' or < ' ' or '\x7f';

    private static string Decode(string uri, string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal))
        {
            return path;
        }

        var bytes = new List<byte>(path.Length);
        foreach (var (start, length) in Runs(path))
        {
            if (path[start] != '%')
            {
                bytes.AddRange(StrictUtf8.GetBytes(path, start, length));
            }
            else if (length == 3 && byte.TryParse(path.AsSpan(start + 1, 2), NumberStyles.AllowHexSpecifier, provider: null, out var value) && value != 0)
            {
                bytes.Add(value);
            }
            else
            {
                throw new StoreRefusedException(
                    $"'{uri}' holds '{path.Substring(start, length)}', which stands for no character; write %25 for a '%' that means itself");
            }
        }

        try
        {
            return StrictUtf8.GetString([.. bytes]);
        }
        catch (DecoderFallbackException exception)
        {
            throw new StoreRefusedException($"'{uri}' holds %XX bytes that are not UTF-8; write file names as they are, and %25 for '%'", exception);
        }
    }

    private static IEnumerable<(int Start, int Length)> Runs(string path)
    {
        for (var start = 0; start < path.Length;)
        {
            var next = path.IndexOf('%', start);
            var length = next == start ? Math.Min(3, path.Length - start) : (next < 0 ? path.Length : next) - start;
            yield return (start, length);
            start += length;
        }
    }
}
