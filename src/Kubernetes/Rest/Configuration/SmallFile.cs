using System.Text;

namespace TextOps.Kubernetes.Rest.Configuration;

/// <summary>Files with a token, a key or a few certificates.</summary>
internal static class SmallFile
{
    /// <summary>Largest one, in bytes: that of a kubeconfig.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Reads it whole.</summary>
    /// <exception cref="IOException">It is too large, or cannot be read.</exception>
    public static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[64 << 10];
        var length = 0;
        int count;
        while ((count = file.Read(bytes, length, bytes.Length - length)) > 0)
        {
            length += count;
            if (length > MaxBytes)
            {
                throw new IOException($"{path} has more than {MaxBytes} bytes; it must be another file that was meant");
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, 2 * length);
            }
        }

        return bytes[..length];
    }

    /// <summary>Reads it as UTF-8.</summary>
    /// <inheritdoc cref="Read"/>
    public static string ReadText(string path) => Encoding.UTF8.GetString(Read(path));
}
