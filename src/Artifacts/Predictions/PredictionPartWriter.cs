using System.Security.Cryptography;
using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Predictions;

/// <summary>Writes the parts of one process's log, one after the other. A part appears whole and is never changed.</summary>
/// <param name="version">The version that predicts.</param>
/// <param name="writer">Who writes: the pod.</param>
/// <param name="start">When the process started.</param>
public sealed class PredictionPartWriter(IObjectStore store, PredictionLogLayout layout, string version, string writer, DateTimeOffset start)
{
    private int sequence;

    /// <summary>
    /// Writes a part; answers its key. Asked again with the same content after a failure it writes the part once, also where the failure came after the part was there.
    /// </summary>
    /// <param name="day">The day (UTC) on which the part was begun.</param>
    /// <param name="lines">Whole lines.</param>
    public async Task<string> WriteAsync(DateOnly day, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        while (true)
        {
            var key = layout.Part(day, version, writer, start, sequence);
            try
            {
                await store.PutAsync(key, lines, PutCondition.IfNoneMatch, cancellationToken);
                sequence++;
                return key;
            }
            catch (PreconditionFailedException)
            {
                sequence++;
                if (await IsAsync(key, lines, cancellationToken))
                {
                    return key;
                }
            }
        }
    }

    private async Task<bool> IsAsync(string key, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await store.OpenReadAsync(key, offset: 0, cancellationToken);
            return (await SHA256.HashDataAsync(content, cancellationToken)).AsSpan().SequenceEqual(SHA256.HashData(lines.Span));
        }
        catch (ObjectNotFoundException)
        {
            return false;
        }
    }
}
