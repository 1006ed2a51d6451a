using System.Text;

namespace TextOps.Artifacts.Stores;

/// <summary>What may be an object's key.</summary>
public static class ObjectKey
{
    /// <summary>Longest key, in UTF-8 bytes (S3's limit).</summary>
    public const int MaxBytes = 1024;

    /// <summary>
    /// Orders keys by their UTF-8 bytes, which is the order of their code points. (Ordinal order of UTF-16 puts U+10000 before U+E000.)
    /// </summary>
    public static IComparer<string> Order { get; } = new CodePointOrder();

    /// <summary>Returns <paramref name="key"/> where it is a key.</summary>
    /// <exception cref="ArgumentException">It is not: it has an empty, <c>.</c> or <c>..</c> segment, a control character, a lone surrogate
    /// or a backslash, or is too long.</exception>
    public static string Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Fault(key, key.Split('/')) is { } fault ? throw new ArgumentException(fault, nameof(key)) : key;
    }

    /// <summary>Whether it is a key.</summary>
    public static bool IsKey(string key) => !string.IsNullOrEmpty(key) && Fault(key, key.Split('/')) is null;

    /// <summary>Returns <paramref name="prefix"/> where keys may start with it: whole segments as in keys, and then any part of one.</summary>
    /// <exception cref="ArgumentException">No key can start with it.</exception>
    public static string CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return Fault(prefix, prefix.Split('/').AsSpan(..^1)) is { } fault ? throw new ArgumentException(fault, nameof(prefix)) : prefix;
    }

    /// <summary>Returns <paramref name="folder"/> where it is empty or whole segments, each followed by '/'.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static string CheckFolder(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.Length == 0 || folder.EndsWith('/')
            ? CheckPrefix(folder)
            : throw new ArgumentException($"folder '{folder}' must be empty or end with '/'", nameof(folder));
    }

    private static string? Fault(string text, ReadOnlySpan<string> segments)
    {
        if (text.Any(character => char.IsControl(character) || character == '\\') || !IsWellFormed(text))
        {
            return "object keys are Unicode without control characters, lone surrogates and backslashes";
        }

        if (Encoding.UTF8.GetByteCount(text) is > MaxBytes and var bytes)
        {
            return $"object keys have at most {MaxBytes} bytes, and '{text[..64]}…' has {bytes}";
        }

        foreach (var segment in segments)
        {
            if (segment is "" or "." or "..")
            {
                return $"object key '{text}' must be segments joined by '/', none of them empty, '.' or '..'";
            }
        }

        return null;
    }

    private static bool IsWellFormed(string text)
    {
        for (var index = 0; index < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(index), out _, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            index += consumed;
        }

        return true;
    }

    private sealed class CodePointOrder : IComparer<string>
    {
        public int Compare(string? x, string? y)
        {
            if (x is null || y is null)
            {
                return (x is null ? 0 : 1) - (y is null ? 0 : 1);
            }

            var common = x.AsSpan().CommonPrefixLength(y);
            return common == x.Length || common == y.Length
                ? x.Length.CompareTo(y.Length)
                : Rank(x[common]).CompareTo(Rank(y[common]));
        }

        // Surrogates stand for code points above all others; among themselves their own order is right.
        private static int Rank(char character) => char.IsSurrogate(character) ? character + 0x10000 : character;
    }
}
