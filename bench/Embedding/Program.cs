using System.Globalization;
using TextOps.Bench.Embedding;
using TextOps.Onnx;
using TextOps.Onnx.Embeddings;

// What the embedder adds to ONNX Runtime alone, on the same tokens, in the same process.
if (args is not [var folder, var file, ..])
{
    Console.Error.WriteLine("usage: textops-bench-embedding MODEL_FOLDER TEXT_FILE [seconds per measurement, default 5] [auto|float32|float16|int8]");
    return 2;
}

var seconds = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 5;
var precision = args.Length > 3 ? Enum.Parse<Precision>(args[3], ignoreCase: true) : Precision.Auto;
var lines = File.ReadAllLines(file).Where(line => line.Length > 0).ToArray();

Console.WriteLine($"{folder} ({precision}), {lines.Length} lines of {file}, ONNX Runtime {OnnxEnvironment.Version}, {Environment.ProcessorCount} cores");
Console.WriteLine();
Console.WriteLine("| threads | tokens | padding | tokenizer alone, tokens/s | ONNX Runtime alone, tokens/s | embed given tokens, tokens/s | text to vector, tokens/s | of ONNX Runtime alone |");
Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|");
foreach (var threads in (int[])[1, 2])
{
    using var embedder = SentenceEmbedder.Load(folder, new SentenceEmbedderOptions { Precision = precision, IntraOpThreads = threads });
    var corpus = Corpus.Encode(embedder, lines, embedder.PreferredBatchTokens);
    using var alone = PreparedRuns.Of(folder, precision, threads, corpus, embedder.Tokenizer.PadTokenId);
    // In turns, so that a change of the machine's pace meets all of them.
    Rate tokenizer = new(batch => corpus.EncodeAgain(embedder, batch));
    Rate runtime = new(alone.Run);
    Rate embed = new(batch => corpus.Embed(embedder, batch));
    Rate both = new(batch =>
    {
        corpus.EncodeAgain(embedder, batch);
        return corpus.Embed(embedder, batch);
    });
    for (var batch = 0; batch < Math.Min(20, corpus.Batches.Count); batch++)
    {
        runtime.Warm(batch);
        both.Warm(batch);
    }

    for (var step = 0; both.Seconds < seconds; step++)
    {
        var batch = step % corpus.Batches.Count;
        tokenizer.Measure(batch);
        runtime.Measure(batch);
        embed.Measure(batch);
        both.Measure(batch);
    }

    Console.WriteLine($"| {threads} | {corpus.Tokens:N0} | {corpus.Padding:P1} | {tokenizer} | {runtime} | {embed} | {both} | {both.PerSecond / runtime.PerSecond:P1} |");
}

return 0;
