using System.Security.Cryptography;
using TextOps.Artifacts.Embeddings;
using TextOps.Artifacts.Stores;
using TextOps.Runner.Progress;
using TextOps.Runner.Text;

namespace TextOps.Runner.Inputs;

/// <summary>The files that a source consists of: found and pinned when a version is planned, compared with that and opened when it is made.</summary>
internal static class InputFiles
{
    private const int BufferBytes = 256 * 1024;

    private static readonly LocalSourceFiles Files = new();

    /// <summary>A source's URI for other processes, which may run in another folder.</summary>
    public static string Absolute(string uri) =>
        uri.StartsWith(FileUri.Prefix + ".", StringComparison.OrdinalIgnoreCase) ? FileUri.FromPath(FileUri.ToPath(uri)) : uri;

    /// <summary>Finds the files of <paramref name="source"/> and pins each by size and SHA-256.</summary>
    /// <exception cref="InputException">There are none, or one cannot be read.</exception>
    public static async Task<IReadOnlyList<PinnedInput>> PinAsync(SourcePattern source, ProgressMeter progress, CancellationToken cancellationToken)
    {
        var files = await new SourceListing(new LocalSourceFiles(source.Field)).ListAsync(source, cancellationToken);
        progress.Begin("Pinning", files.Sum(file => file.Bytes));
        var pinned = new List<PinnedInput>(files.Count);
        foreach (var file in files)
        {
            pinned.Add(await PinAsync(file.Uri, progress, cancellationToken));
        }

        return pinned;
    }

    /// <summary>Compares an input with what it was when the version was planned.</summary>
    /// <exception cref="InputException">It is gone or has changed.</exception>
    public static async Task CheckAsync(PinnedInput planned, ProgressMeter? progress, CancellationToken cancellationToken)
    {
        var now = await PinAsync(planned.Uri, progress, cancellationToken);
        if (now.ETag != planned.ETag || now.Bytes != planned.Bytes)
        {
            throw new InputException(
                $"{planned.Uri} has changed since the version was planned ({planned.Bytes} bytes then, {now.Bytes} now, another SHA-256); "
                + "let nobody change inputs during a run, and rerun the job");
        }
    }

    /// <summary>When an input was written to last; a comparison is as good as new while that stays the same.</summary>
    /// <exception cref="InputException">It is gone, or may not be read.</exception>
    public static DateTime WrittenAt(string uri)
    {
        try
        {
            return Files.WrittenAt(uri);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Gone(uri, error);
        }
    }

    /// <summary>Opens an input from <paramref name="offset"/> (bytes) on.</summary>
    /// <exception cref="InputException">It may not be read.</exception>
    public static Task<Stream> OpenAsync(string uri, long offset, CancellationToken cancellationToken) => Files.OpenAsync(uri, offset, cancellationToken);

    private static async Task<PinnedInput> PinAsync(string uri, ProgressMeter? progress, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await OpenAsync(uri, offset: 0, cancellationToken);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[BufferBytes];
            var bytes = 0L;
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                hash.AppendData(buffer.AsSpan(0, read));
                bytes += read;
                progress?.Advance(read);
            }

            return new PinnedInput { Uri = uri, Bytes = bytes, ETag = Convert.ToHexStringLower(hash.GetHashAndReset()) };
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Gone(uri, error);
        }
    }

    private static InputException Gone(string uri, Exception error) => new($"{uri} does not exist any more; put it back, or rerun the job", error);
}
