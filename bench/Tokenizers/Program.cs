using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TextOps.Tokenizers;

// Tokens a second on one thread, ours and Hugging Face's own (npm package tokenizers), on the same texts in the same run.
// Run: dotnet run -c Release --project bench/Tokenizers -- TOKENIZER.JSON TEXT-FILE...
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: textops-bench-tokenizers TOKENIZER.JSON TEXT-FILE...   (each line of a file is a text)");
    return 2;
}

const int Rounds = 5;
HuggingFaceTokenizer.Load(args[0]);
var loadStart = Stopwatch.GetTimestamp();
var tokenizer = HuggingFaceTokenizer.Load(args[0]);
Console.WriteLine($"loaded in {Stopwatch.GetElapsedTime(loadStart).TotalMilliseconds:F0} ms");
Console.WriteLine($"{"text",-24} {"MB",6} {"tokens",9} {"ours /s",12} {"HF /s",12} {"ratio",6}");
foreach (var file in args[1..])
{
    var texts = File.ReadAllText(file).Split('\n');
    var (tokens, ours) = Measure(tokenizer, texts);
    var (theirTokens, theirs) = MeasureHuggingFace(args[0], file);
    var megabytes = new FileInfo(file).Length / 1e6;
    Console.WriteLine($"{Path.GetFileName(file),-24} {megabytes,6:F1} {tokens,9} {tokens / ours,12:N0} {theirTokens / theirs,12:N0} {theirs / ours,6:F1}");
    if (tokens != theirTokens)
    {
        Console.Error.WriteLine($"{file}: Hugging Face has {theirTokens} tokens");
        return 1;
    }
}

return 0;

// Tokens of a round and the median of the rounds' seconds.
static (long Tokens, double Seconds) Measure(HuggingFaceTokenizer tokenizer, string[] texts)
{
    var encoding = new Encoding();
    var tokens = 0L;
    var seconds = new List<double>();
    for (var round = -Rounds; round < Rounds; round++)
    {
        var start = Stopwatch.GetTimestamp();
        tokens = 0;
        foreach (var text in texts)
        {
            tokenizer.Encode(text, encoding);
            tokens += encoding.Ids.Count;
        }

        if (round >= 0)
        {
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    return (tokens, Median(seconds));
}

static (long Tokens, double Seconds) MeasureHuggingFace(string tokenizer, string file)
{
    var start = new ProcessStartInfo("node", [Path.Combine(Here(), "oracle.mjs"), tokenizer, file, Rounds.ToString()])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
    };
    using var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
    using var answer = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
    process.WaitForExit();
    var seconds = answer.RootElement.GetProperty("seconds").EnumerateArray().Select(round => round.GetDouble()).ToList();
    return (answer.RootElement.GetProperty("tokens").GetInt64(), Median(seconds));
}

static double Median(List<double> values)
{
    values.Sort();
    return values[values.Count / 2];
}

static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
