using System.CommandLine;
using System.Net;
using TextOps.Crds.Tasks;
using TextOps.Runner.Serve;

namespace TextOps.Runner.Hosting;

/// <summary>The command line: <c>textops-runner VERB --task FILE</c>.</summary>
internal static class RunnerCommand
{
    private const int DefaultPort = 9090;

    /// <summary>Runs what <paramref name="args"/> ask for; answers the process's exit code (<see cref="TaskExitCodes"/>).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            "Runs one task of TextOps and says in its exit code and result how it ended: 0 done, 2 the task or its input is wrong, 3 try again, 143 stopped.")
        {
            Verb("plan", nameof(PlanTask), "Pins inputs and model, cuts shards and creates the plan of the next version; or finds that the last one is up to date."),
            Verb("embed", nameof(EmbedTask), "Embeds one shard of a planned version; continues after the last whole part."),
            Verb("commit", nameof(CommitTask), "Makes a version visible whose shards are all done, and removes versions that are no longer kept."),
            Verb("prepare", nameof(PrepareTask), "Checks and splits labelled texts and fits features on them; or finds that the newest model is up to date."),
            Verb("train", nameof(TrainTask), "Runs trials on what was prepared, or fits the best candidate for good."),
            Verb("evaluate", nameof(EvaluateTask), "Judges the fitted model on the test split, decides its gates and registers it where all hold."),
            Verb("resolve", nameof(ResolveTask), "Says which versions aliases and numbers mean in the registry now."),
            Verb("gate", nameof(GateTask), "Judges a version for a stage: by its card before it is rolled out, and by asking and watching it where it serves."),
            ServeCommand.Create(Result(), Threads(), Scratch(), Endpoint),
        };
        var parsed = root.Parse(args);

        // Signals are the task host's: a stopped task has to leave whole parts and its own exit code.
        var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
        return parsed.Errors.Count > 0 ? TaskExitCodes.Refused : code;
    }

    private static Command Verb(string name, string kind, string description)
    {
        var task = new Option<string>("--task") { Required = true, HelpName = "FILE", Description = $"Task document: JSON of kind {kind}." };
        var (result, threads, scratch) = (Result(), Threads(), Scratch());
        var listen = Endpoint("--listen", DefaultPort, "Where /progress and /healthz are served");
        var command = new Command(name, description) { task, result, listen, threads, scratch };
        command.SetAction((parsed, _) =>
        {
            var options = new RunnerOptions(
                kind, parsed.GetRequiredValue(task), parsed.GetValue(result), parsed.GetRequiredValue(listen), parsed.GetValue(threads), parsed.GetValue(scratch));
            return new TaskHost(options, TimeProvider.System).RunAsync();
        });
        return command;
    }

    private static Option<string?> Result() => new("--result")
    {
        HelpName = "FILE",
        Description = $"Where the result goes, as JSON of at most {TaskResult.MaxBytes} bytes (in pods /dev/termination-log); "
            + "by default the last line of standard output.",
    };

    private static Option<string?> Scratch() => new("--scratch") { HelpName = "DIR", Description = "Folder for temporary files; made where absent. By default $TMPDIR." };

    private static Option<int> Threads()
    {
        var threads = new Option<int>("--threads")
        {
            HelpName = "N",
            Description = "How many threads compute; by default as many as processors may be used (a container's limit counts).",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        threads.Validators.Add(argument =>
        {
            if (argument.Tokens.Count > 0 && (!int.TryParse(argument.Tokens[0].Value, out var count) || count is < 1 or > 1024))
            {
                argument.AddError($"--threads '{argument.Tokens[0].Value}' is not a whole number from 1 to 1024");
            }
        });
        return threads;
    }

    private static Option<IPEndPoint> Endpoint(string name, int port, string what) => new(name)
    {
        HelpName = "ADDRESS:PORT",
        Description = $"{what}; port 0 takes a free one. By default $POD_IP:{port}, or 0.0.0.0:{port}.",
        CustomParser = argument =>
        {
            if (IPEndPoint.TryParse(argument.Tokens[0].Value, out var endpoint))
            {
                return endpoint;
            }

            argument.AddError($"{name} '{argument.Tokens[0].Value}' is not ADDRESS:PORT; write for example 127.0.0.1:{port}");
            return null;
        },
        DefaultValueFactory = _ => DefaultEndpoint(port),
    };

    private static IPEndPoint DefaultEndpoint(int port) =>
        IPAddress.TryParse(Environment.GetEnvironmentVariable("POD_IP"), out var address) ? new(address, port) : new(IPAddress.Any, port);
}
