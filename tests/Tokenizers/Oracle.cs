using System.Diagnostics;
using System.Text.Json;

namespace TextOps.Tokenizers.Tests;

/// <summary>
/// Hugging Face's own tokenizer (npm package <c>tokenizers</c>) in a child process; see <c>oracle.mjs</c>. Skips the test where it is not installed.
/// </summary>
public sealed class Oracle : IDisposable
{
    private Process? process;

    /// <summary>Encodes texts.</summary>
    /// <param name="file">The tokenizer.json.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="special">Whether special tokens are added.</param>
    public Task<List<OracleEncoding>> EncodeAsync(string file, IReadOnlyList<string> texts, bool special) =>
        AskAsync(new { file, special, texts }, OracleEncoding.Read);

    /// <summary>Encodes pairs of texts as one input each, with special tokens, truncated by <c>longest_first</c>: ids and type ids.</summary>
    public Task<List<(int[] Ids, int[] TypeIds)>> EncodePairsAsync(string file, IReadOnlyList<string[]> pairs, int maxTokens) =>
        AskAsync(new { file, pairs, maxTokens }, answer => (Numbers(answer[0]), Numbers(answer[1])));

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            process.WaitForExit();
        }

        process?.Dispose();
    }

    private static int[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt32())];

    private async Task<List<T>> AskAsync<T>(object question, Func<JsonElement, T> read)
    {
        var child = Start();
        await child.StandardInput.WriteLineAsync(JsonSerializer.Serialize(question));
        await child.StandardInput.FlushAsync();
        var line = await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException("the oracle ended");
        using var answer = JsonDocument.Parse(line);
        if (answer.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidOperationException($"the oracle refused: {line}");
        }

        return [.. answer.RootElement.EnumerateArray().Select(read)];
    }

    private Process Start()
    {
        Assert.SkipUnless(Directory.Exists(Repository.File("node_modules", "tokenizers")), "npm package tokenizers is not installed; run npm ci");
        if (process is null)
        {
            var start = new ProcessStartInfo("node", [Repository.File("tests", "Tokenizers", "oracle.mjs")])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                StandardInputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                StandardOutputEncoding = System.Text.Encoding.UTF8,
            };
            try
            {
                process = Process.Start(start)!;
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                Assert.Skip($"node cannot be started: {e.Message}");
            }
        }

        return process!;
    }
}

/// <summary>What the oracle answers for a text.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Offsets">Their places in UTF-16 units.</param>
public sealed record OracleEncoding(int[] Ids, (int Start, int End)[] Offsets)
{
    /// <summary>Reads an answer.</summary>
    public static OracleEncoding Read(JsonElement answer)
    {
        var offsets = answer[1].EnumerateArray().Select(offset => offset.GetInt32()).ToArray();
        return new OracleEncoding(
            [.. answer[0].EnumerateArray().Select(id => id.GetInt32())],
            [.. offsets.Chunk(2).Select(pair => (pair[0], pair[1]))]);
    }
}
