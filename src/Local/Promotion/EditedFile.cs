using System.Text;

namespace TextOps.Local.Promotion;

/// <summary>A text file that is replaced as a whole or not at all; its mode and a byte order mark stay.</summary>
internal sealed class EditedFile
{
    private const int MaxBytes = 1 << 20;
    private const char Bom = '\uFEFF';
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly string target;
    private readonly string before;

    private EditedFile(string target, string before) => (this.target, this.before) = (target, before);

    /// <summary>The text, without a byte order mark.</summary>
    public string Text => before.TrimStart(Bom);

    /// <summary>Reads a file. A link stays one: what it names is read and replaced.</summary>
    /// <exception cref="PromotionException">It is not there, not text, too large, or not to be written.</exception>
    public static EditedFile Read(string path)
    {
        try
        {
            var full = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
            if (Directory.Exists(full))
            {
                throw new PromotionException(0, "is a folder; name the file in it that holds the ModelDeployment");
            }

            var bytes = File.ReadAllBytes(full);
            return bytes.Length <= MaxBytes
                ? new EditedFile(full, StrictUtf8.GetString(bytes))
                : throw new PromotionException(0, $"has {bytes.Length} bytes, at most {MaxBytes} are read; name the file that holds the ModelDeployment");
        }
        catch (DecoderFallbackException error)
        {
            throw new PromotionException(0, $"is not valid UTF-8 at byte {error.Index}; save it as UTF-8");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromotionException(0, $"cannot be read: {error.Message}");
        }
    }

    /// <summary>Replaces the text.</summary>
    /// <exception cref="PromotionException">It is not to be written, or was changed since it was read.</exception>
    public void Replace(string text)
    {
        var temporary = $"{target}.{Environment.ProcessId}.tmp";
        try
        {
            var mode = File.GetUnixFileMode(target);
            if ((mode & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == UnixFileMode.None)
            {
                throw new PromotionException(0, "is read-only; make it writable (chmod u+w), or name the file of another checkout");
            }

            // Whoever may not write the file may not replace it either, though its folder would let it be.
            using (var current = new StreamReader(new FileStream(target, FileMode.Open, FileAccess.ReadWrite), StrictUtf8, detectEncodingFromByteOrderMarks: false))
            {
                if (current.ReadToEnd() != before)
                {
                    throw new PromotionException(0, "was changed meanwhile by somebody else; run the command again");
                }
            }

            using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
            {
                stream.Write(StrictUtf8.GetBytes(before.StartsWith(Bom) ? Bom + text : text));
                stream.Flush(flushToDisk: true);
            }

            // The mode of a new file is cut by the umask.
            File.SetUnixFileMode(temporary, mode);
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new PromotionException(0, $"cannot be written: {error.Message}");
        }
    }
}
