using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>A page of a headless Chromium, driven by its DevTools protocol (chromedevtools.github.io/devtools-protocol).</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "chrome"];

    private readonly TemporaryFolder profile = new();
    private readonly ClientWebSocket socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> waiting = new();
    private readonly SemaphoreSlim sending = new(1);
    private readonly Program program;
    private Task receiving = Task.CompletedTask;
    private string? session;
    private int last;

    private Browser(string path) => program = new Program(path, profile.Path);

    /// <summary>What pages logged, errors and broken policies among them.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Addresses that pages asked for.</summary>
    public ConcurrentQueue<string> Requested { get; } = new();

    /// <summary>Starts a browser with an empty page; skips the running test where there is none.</summary>
    public static async Task<Browser> Start()
    {
        var path = Environment.GetEnvironmentVariable("CHROMIUM") ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, "no Chromium on PATH; install one, or set CHROMIUM to its path");
        var browser = new Browser(path!);
        try
        {
            await browser.Connect();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens an address, and waits until all that its page names is there.</summary>
    public async Task Open(Uri address)
    {
        await Send("Page.navigate", new JsonObject { ["url"] = address.AbsoluteUri });
        await Until("document.readyState === 'complete' && document.body");
    }

    /// <summary>The value of a JavaScript expression, promises awaited.</summary>
    public async Task<string> Value(string expression)
    {
        var answer = await Send("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        Assert.True(answer["exceptionDetails"] is null, $"{expression}: {answer["exceptionDetails"]?.ToJsonString()}");
        return answer["result"]?["value"]?.ToString() ?? "";
    }

    /// <summary>Polls until an expression holds.</summary>
    public async Task Until(string condition)
    {
        for (var watch = Stopwatch.StartNew(); await Value($"Boolean({condition})") != "true"; await Task.Delay(20))
        {
            Assert.True(watch.Elapsed < Deadline, $"waited for {condition}\n{string.Join('\n', Log)}\n{await Value("document.body?.innerText")}");
        }
    }

    /// <summary>Types into an element, as a keyboard does.</summary>
    public async Task Type(string selector, string text)
    {
        await Value($"document.querySelector({JsonSerializer.Serialize(selector)}).focus()");
        await Send("Input.insertText", new JsonObject { ["text"] = text });
    }

    /// <summary>Clicks an element.</summary>
    public Task Click(string selector) => Value($"document.querySelector({JsonSerializer.Serialize(selector)}).click()");

    /// <summary>Sends a command of the protocol.</summary>
    public async Task<JsonNode> Send(string method, JsonObject? parameters = null)
    {
        var id = Interlocked.Increment(ref last);
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        var command = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            command["sessionId"] = session;
        }

        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }

        return await answer.Task.WaitAsync(Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        program.Dispose();
        await receiving;
        socket.Dispose();
        sending.Dispose();
        profile.Dispose();
    }

    private async Task Connect()
    {
        const string Said = "DevTools listening on ";
        program.WaitUntil(() => program.Error.Contains(Said, StringComparison.Ordinal) && program.Error.Split(Said)[1].Contains('\n'), "the browser's address");
        await socket.ConnectAsync(new Uri(program.Error.Split(Said)[1].Split('\n')[0].Trim()), CancellationToken.None);
        receiving = Receive();
        var target = (await Send("Target.createTarget", new JsonObject { ["url"] = "about:blank" }))["targetId"]!.GetValue<string>();
        session = (await Send("Target.attachToTarget", new JsonObject { ["targetId"] = target, ["flatten"] = true }))["sessionId"]!.GetValue<string>();
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network" })
        {
            await Send($"{domain}.enable");
        }
    }

    private async Task Receive()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer, CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                if (part.EndOfMessage)
                {
                    Handle(JsonNode.Parse(message.ToArray())!);
                    message.SetLength(0);
                }
            }
        }
        catch (WebSocketException)
        {
            // The browser was ended.
        }

        foreach (var answer in waiting.Values)
        {
            answer.TrySetException(new InvalidOperationException("the browser has ended"));
        }
    }

    private void Handle(JsonNode message)
    {
        if (message["id"]?.GetValue<int>() is { } id && waiting.TryRemove(id, out var answer))
        {
            if (message["error"] is { } error)
            {
                answer.SetException(new InvalidOperationException(error.ToJsonString()));
            }
            else
            {
                answer.SetResult(message["result"]!);
            }

            return;
        }

        switch (message["method"]?.GetValue<string>())
        {
            case "Log.entryAdded":
                Log.Enqueue(message["params"]!["entry"]!["text"]!.GetValue<string>());
                break;
            case "Runtime.exceptionThrown":
                Log.Enqueue(message["params"]!["exceptionDetails"]!.ToJsonString());
                break;
            case "Network.requestWillBeSent":
                Requested.Enqueue(message["params"]!["request"]!["url"]!.GetValue<string>());
                break;
            default:
                break;
        }
    }

    private sealed class Program(string path, string profile) : ChildProcess(
        new ProcessStartInfo(path, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        },
        Deadline);
}
