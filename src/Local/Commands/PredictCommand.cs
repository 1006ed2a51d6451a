using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Local.Display;
using TextOps.Local.Predictions;

namespace TextOps.Local.Commands;

/// <summary><c>textops predict</c>: asks a served model.</summary>
internal sealed class PredictCommand(PredictRequest request, TextWriter output, TimeProvider time)
{
    // More texts than this share a run of the model no better.
    private const int MaxBatch = 64;

    public static Command Create()
    {
        var words = new Argument<string[]>("NAME[/STAGE]|TEXT") { Description = "The texts. Without --url, first the ModelDeployment that textops run serves, with a stage or without.", Arity = ArgumentArity.ZeroOrMore };
        var url = new Option<string?>("--url") { HelpName = "URL", Description = "Where the model is served, for example http://127.0.0.1:8080." };
        var file = new Option<string?>("--filename", "-f") { HelpName = "FILE", Description = "A file of texts: .jsonl, .csv, or a text a line; - for standard input." };
        var samples = new Option<int?>("--samples") { HelpName = "N", Description = "Ask about N rows of the file, drawn over all of it, the same each time." };
        var fields = new Option<string[]>("--field") { HelpName = "NAME=VALUE", Description = "A numeric field of the model's contract; may be given more than once.", DefaultValueFactory = _ => [] };
        var labels = new Option<string?>("--label-field") { HelpName = "NAME", Description = "Field of the file that says what is right: shows what is wrong, and the accuracy at the end." };
        var query = new Option<string?>("--query") { HelpName = "TEXT", Description = "What a cross-encoder ranks the texts for." };
        var token = new Option<string?>("--token-env") { HelpName = "NAME", Description = $"Environment variable that holds the bearer token; {ServeEnvironment.BearerToken} where left out." };
        var store = CommonOptions.Store();
        var @namespace = CommonOptions.Namespace();
        var format = new Option<string>("--output", "-o") { HelpName = "FORMAT", Description = "text, or json: a JSON object a line.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        samples.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!int.TryParse(text, CultureInfo.InvariantCulture, out var count) || count < 1))
            {
                result.AddError($"--samples '{Printable.OneLine(text, 60)}' is not a whole number from 1 on");
            }
        });
        var command = new Command("predict", "Asks a served model about texts: labels of a classifier, vectors of an embedding model, the ranking of a cross-encoder. "
            + "Exit code 0, 1 where the server is not reached or refuses, 2 where the command or the file is wrong, 130 on Ctrl-C.")
        {
            words, url, file, samples, fields, labels, query, token, store, @namespace, format,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] given = parsed.GetValue(words) ?? [];
            var (target, texts) = parsed.GetValue(url) is { } named
                ? (Address(named), given)
                : given is [var name, .. var rest]
                    ? (await StageAddress.FindAsync(GetCommand.ExistingStore(parsed.GetRequiredValue(store)), name, parsed.GetRequiredValue(@namespace), cancellationToken), rest)
                    : throw new UsageException("nothing says what is asked; give --url URL, or the name of a ModelDeployment that textops run serves");
            var request = new PredictRequest
            {
                Url = target,
                Texts = texts,
                File = parsed.GetValue(file),
                Samples = parsed.GetValue(samples),
                Fields = Fields(parsed.GetRequiredValue(fields)),
                LabelField = parsed.GetValue(labels),
                Query = parsed.GetValue(query),
                TokenVariable = parsed.GetValue(token),
                Json = parsed.GetRequiredValue(format) == "json",
            };
            request.Check();
            using var standard = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
            return await new PredictCommand(request, standard, TimeProvider.System).ExecuteAsync(cancellationToken);
        });
        return command;
    }

    private async Task<int> ExecuteAsync(CancellationToken cancellationToken)
    {
        TextRow[] asked = [];
        try
        {
            using var client = new ServedModelClient(request.Url, request.Token(), request.TokenVariable ?? ServeEnvironment.BearerToken, time);
            var info = await client.InfoAsync(cancellationToken);
            var printer = new AnswerPrinter(output, info, request.Json);
            if (info.Kind == ServedInfo.Ranker != request.Query is not null)
            {
                throw new UsageException(request.Query is null
                    ? $"{info.Name} is a cross-encoder: it ranks texts for a query; give --query TEXT"
                    : $"{info.Name} is no cross-encoder and takes no --query; leave it out");
            }

            if (info.Kind == ServedInfo.Ranker)
            {
                await RankAsync(client, info, printer, cancellationToken);
                return 0;
            }

            await foreach (var batch in BatchesAsync(info, cancellationToken))
            {
                asked = batch;
                if (info.Kind == ServedInfo.Embedder)
                {
                    foreach (var (row, vector) in batch.Zip(await client.EmbedAsync(batch, cancellationToken)))
                    {
                        printer.Embedded(row, vector);
                    }
                }
                else
                {
                    foreach (var (row, answer) in batch.Zip(await client.PredictAsync(batch, info.Contract.TextField, cancellationToken)))
                    {
                        printer.Classified(row, answer);
                    }
                }

                await output.FlushAsync(cancellationToken);
            }

            printer.End();
            return 0;
        }
        catch (ServedModelException exception)
        {
            await output.FlushAsync(cancellationToken);
            var place = asked.Length == 1 ? asked[0].Place : exception.Row is { } row && row < asked.Length ? asked[row].Place : null;
            await Console.Error.WriteLineAsync($"textops: {(place is null ? "" : $"{place}: ")}{exception.Message}");
            return 1;
        }
    }

    private async Task RankAsync(ServedModelClient client, ServedInfo info, AnswerPrinter printer, CancellationToken cancellationToken)
    {
        var rows = new List<TextRow>();
        await foreach (var row in RowsAsync(info, cancellationToken))
        {
            rows.Add(row);
            if (rows.Count > info.Limits.MaxInputs)
            {
                throw new UsageException($"{info.Name} ranks at most {info.Limits.MaxInputs} texts at once, and there are more; give --samples, or raise spec.serving.maxInputs");
            }
        }

        foreach (var (place, answer) in (await client.RerankAsync(request.Query!, rows, cancellationToken)).Index())
        {
            printer.Ranked(place + 1, rows[(int)answer["index"]!], answer);
        }
    }

    /// <summary>The rows, as many together as a request may hold.</summary>
    private async IAsyncEnumerable<TextRow[]> BatchesAsync(ServedInfo info, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var most = Math.Min(MaxBatch, info.Limits.MaxInputs);
        var batch = new List<TextRow>(most);
        var bytes = 0;
        await foreach (var row in RowsAsync(info, cancellationToken))
        {
            var size = Encoding.UTF8.GetByteCount(ServedModelClient.Instance(row, info.Contract.TextField).ToJsonString(Json.Strict)) + 16;
            if (batch.Count == most || (batch.Count > 0 && bytes + size > info.Limits.MaxRequestBytes))
            {
                yield return [.. batch];
                batch.Clear();
                bytes = 0;
            }

            batch.Add(row);
            bytes += size;
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }

    private async IAsyncEnumerable<TextRow> RowsAsync(ServedInfo info, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var text in request.Texts)
        {
            yield return new TextRow(text, request.Fields, Label: null, Place: null);
        }

        if (request.File is null)
        {
            yield break;
        }

        var file = new TextFile(request.File, info.Contract, request.LabelField);
        var rows = file.ReadAsync(cancellationToken);
        if (request.Samples is { } count)
        {
            foreach (var row in await RowSample.TakeAsync(rows, count, cancellationToken))
            {
                yield return With(row);
            }
        }
        else
        {
            await foreach (var row in rows)
            {
                yield return With(row);
            }
        }

        if (file.Empty > 0)
        {
            await Console.Error.WriteLineAsync($"textops: {file.Empty} {(file.Empty == 1 ? "row has" : "rows have")} no text and {(file.Empty == 1 ? "was" : "were")} left out");
        }
    }

    // What a row says itself is nearer to it than the command line.
    private TextRow With(TextRow row) => request.Fields.Count == 0
        ? row
        : row with { Numbers = request.Fields.Concat(row.Numbers).GroupBy(field => field.Key).ToDictionary(field => field.Key, field => field.Last().Value, StringComparer.Ordinal) };

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Query.Length == 0
        ? uri
        : throw new UsageException($"--url {Printable.OneLine(text, 200)} is not the URL of a server; write it as http://127.0.0.1:8080");

    private static Dictionary<string, double> Fields(string[] given)
    {
        var fields = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            {
                throw new UsageException($"--field {Printable.OneLine(text, 200)} is not NAME=NUMBER; write it as --field helpfulVotes=3");
            }

            fields[text[..at]] = value;
        }

        return fields;
    }
}
