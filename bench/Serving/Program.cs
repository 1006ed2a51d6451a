using System.Diagnostics;
using System.Globalization;
using TextOps.Bench.Embedding;
using TextOps.Onnx.Embeddings;

// What a server of a model could answer at most: ONNX Runtime alone on the tokens of the same texts, tensors made beforehand, all cores. Two numbers: texts per second with one text a run, and in the
// batches that the embedder prefers.
if (args is not [var folder, var file, ..])
{
    Console.Error.WriteLine("usage: textops-bench-serving MODEL_FOLDER TEXT_FILE [seconds per measurement, default 5] [auto|float32|float16|int8]");
    return 2;
}

var seconds = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 5;
var precision = args.Length > 3 ? Enum.Parse<Precision>(args[3], ignoreCase: true) : Precision.Auto;
var threads = Environment.ProcessorCount;
var lines = File.ReadAllLines(file).Where(line => line.Length > 0).ToArray();

using var embedder = SentenceEmbedder.Load(folder, new SentenceEmbedderOptions { Precision = precision, IntraOpThreads = threads });
var alone = TextsPerSecond(Corpus.Encode(embedder, lines, budget: 1));
var batched = TextsPerSecond(Corpus.Encode(embedder, lines, embedder.PreferredBatchTokens));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{alone:F0} {batched:F0}"));
return 0;

double TextsPerSecond(Corpus corpus)
{
    using var runs = PreparedRuns.Of(folder, precision, threads, corpus, embedder.Tokenizer.PadTokenId);
    for (var batch = 0; batch < Math.Min(20, corpus.Batches.Count); batch++)
    {
        runs.Run(batch);
    }

    long texts = 0;
    var time = Stopwatch.StartNew();
    for (var step = 0; time.Elapsed.TotalSeconds < seconds; step++)
    {
        var batch = step % corpus.Batches.Count;
        runs.Run(batch);
        texts += corpus.Batches[batch].Ids.Length;
    }

    return texts / time.Elapsed.TotalSeconds;
}
