using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Net;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Onnx.Embeddings;

namespace TextOps.Runner.Serve;

/// <summary>The verb <c>serve</c>: of a task, or of a model alone with an option for every limit.</summary>
internal static class ServeCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="result">Option of all verbs: where an error goes.</param>
    /// <param name="threads">Option of all verbs: how many threads compute.</param>
    /// <param name="scratch">Option of all verbs: where temporary files go.</param>
    /// <param name="endpoint">Makes an option of an address with a default port.</param>
    public static Command Create(Option<string?> result, Option<int> threads, Option<string?> scratch, Func<string, int, string, Option<IPEndPoint>> endpoint)
    {
        var task = new Option<string?>("--task") { HelpName = "FILE", Description = $"Task document: JSON of kind {nameof(ServeTask)}." };
        var model = new Option<string?>("--model") { HelpName = "URI|DIR", Description = "Serves a model's folder alone, without a task: a version's folder of a registry, or a Hugging Face model with an ONNX file." };
        var name = new Option<string?>("--name") { HelpName = "NAME", Description = "What the model is called; by default as its card or its folder." };
        var precision = new Option<Precision>("--precision") { Description = "Which of the model's ONNX files is used.", DefaultValueFactory = _ => Precision.Auto };
        var listen = endpoint("--listen", ServePorts.Http, "Where requests are answered");
        var metrics = endpoint("--metrics-listen", ServePorts.Metrics, "Where /healthz, /readyz, /metrics and /stats are");
        var limits = new ServingOptions();
        var command = new Command("serve", "Serves a model over HTTP until it is stopped: predictions, embeddings or rankings, whatever the model gives.")
        {
            task, model, name, precision, listen, metrics, result, threads, scratch,
        };
        limits.AddTo(command);
        command.Validators.Add(parsed =>
        {
            if ((parsed.GetValue(task) is null) == (parsed.GetValue(model) is null))
            {
                parsed.AddError("give --task FILE, or --model DIR to serve a model alone");
            }
            else if (parsed.GetValue(task) is not null && limits.Given(parsed).Append(name).Append(precision).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
            {
                parsed.AddError($"{given.Name} is for --model; a task says it itself");
            }
        });
        command.SetAction((parsed, _) => new ServeHost(
            new ServeOptions
            {
                Task = parsed.GetValue(task),
                Model = parsed.GetValue(model),
                Name = parsed.GetValue(name),
                Precision = parsed.GetValue(precision),
                Serving = limits.Read(parsed),
                Listen = parsed.GetRequiredValue(listen),
                MetricsListen = parsed.GetRequiredValue(metrics),
                Threads = parsed.GetValue(threads),
                Result = parsed.GetValue(result),
                Scratch = parsed.GetValue(scratch),
            },
            TimeProvider.System).RunAsync());
        return command;
    }

    /// <summary>An option for every limit of <see cref="Serving"/>, with the ranges that it has there.</summary>
    private sealed class ServingOptions
    {
        private readonly Option<int> delay = Number("--max-batch-delay", nameof(Serving.MaxBatchDelayMilliseconds), new Serving().MaxBatchDelayMilliseconds, "MS", "Milliseconds that requests wait for others to share a run with.");
        private readonly Option<int?> tokens = new("--max-batch-tokens") { HelpName = "N", Description = "Padded tokens of one run; 1 runs every text alone. By default what the model suggests." };
        private readonly Option<int> queue = Number("--max-queue", nameof(Serving.MaxQueue), new Serving().MaxQueue, "N", "Texts that may wait; more are refused with 429.");
        private readonly Option<int> inputs = Number("--max-inputs", nameof(Serving.MaxInputs), new Serving().MaxInputs, "N", "Texts of one request.");
        private readonly Option<int> length = Number("--max-text-length", nameof(Serving.MaxTextLength), new Serving().MaxTextLength, "N", "Characters of one text.");
        private readonly Option<int> bytes = Number("--max-request-bytes", nameof(Serving.MaxRequestBytes), new Serving().MaxRequestBytes, "N", "Bytes of a request's body.");
        private readonly Option<int> timeout = Number("--request-timeout", nameof(Serving.RequestTimeoutSeconds), new Serving().RequestTimeoutSeconds, "S", "Seconds in which a request is answered.");
        private readonly Option<int> drain = Number("--drain", nameof(Serving.DrainSeconds), 0, "S", "Seconds for which it goes on serving when it is told to stop.");

        public ServingOptions() => Check(tokens, nameof(Serving.MaxBatchTokens));

        private IEnumerable<Option> All => [delay, tokens, queue, inputs, length, bytes, timeout, drain];

        public void AddTo(Command command)
        {
            foreach (var option in All)
            {
                command.Options.Add(option);
            }
        }

        public IEnumerable<Option> Given(System.CommandLine.Parsing.CommandResult parsed) => All.Where(option => parsed.GetResult(option) is { Implicit: false });

        public Serving Read(ParseResult parsed) => new()
        {
            MaxBatchDelayMilliseconds = parsed.GetValue(delay),
            MaxBatchTokens = parsed.GetValue(tokens),
            MaxQueue = parsed.GetValue(queue),
            MaxInputs = parsed.GetValue(inputs),
            MaxTextLength = parsed.GetValue(length),
            MaxRequestBytes = parsed.GetValue(bytes),
            RequestTimeoutSeconds = parsed.GetValue(timeout),
            DrainSeconds = parsed.GetValue(drain),
        };

        private static Option<int> Number(string name, string property, int usual, string unit, string description)
        {
            var option = new Option<int>(name) { HelpName = unit, Description = description, DefaultValueFactory = _ => usual };
            Check(option, property);
            return option;
        }

        private static void Check(Option option, string property)
        {
            var range = (RangeAttribute)Attribute.GetCustomAttribute(typeof(Serving).GetProperty(property)!, typeof(RangeAttribute))!;
            option.Validators.Add(argument =>
            {
                if (argument.Tokens.Count > 0 && !(int.TryParse(argument.Tokens[0].Value, out var number) && range.IsValid(number)))
                {
                    argument.AddError($"{option.Name} '{argument.Tokens[0].Value}' is not a whole number from {range.Minimum} to {range.Maximum}");
                }
            });
        }
    }
}
