namespace TextOps.Artifacts.Stores;

/// <summary>What may be an object's key.</summary>
public static class ObjectKey
{
    /// <summary>Longest key, in UTF-8 bytes (S3's limit).</summary>
    public const int MaxBytes = 1024;

    /// <summary>Returns <paramref name="key"/> where it is a key.</summary>
    /// <exception cref="ArgumentException">It is not: it has an empty, <c>.</c> or <c>..</c> segment, a control character or a backslash, or is too long.</exception>
    public static string Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (System.Text.Encoding.UTF8.GetByteCount(key) > MaxBytes)
        {
            throw new ArgumentException($"object key is longer than {MaxBytes} bytes", nameof(key));
        }

        if (key.Any(character => char.IsControl(character) || character == '\\') || key.Split('/').Any(segment => segment is "" or "." or ".."))
        {
            throw new ArgumentException(
                $"object key '{key}' must be segments joined by '/', none of them empty, '.' or '..', without control characters and backslashes", nameof(key));
        }

        return key;
    }
}
