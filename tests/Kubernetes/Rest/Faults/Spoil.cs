using System.Text;
using System.Text.Json;

namespace TextOps.Kubernetes.Tests.Rest.Faults;

/// <summary>What can go wrong between a client and an API server.</summary>
internal static class Spoil
{
    /// <summary>Nothing: the server's answer as it comes.</summary>
    public static Fault Pass { get; } = exchange => CopyAsync(exchange, (bytes, _) => exchange.SendAsync(bytes));

    /// <summary>The connection breaks before the server has seen the request.</summary>
    public static Fault LoseRequest { get; } = exchange =>
    {
        exchange.Abort();
        return Task.CompletedTask;
    };

    /// <summary>The server does what it is asked to, and nobody hears of it.</summary>
    public static Fault LoseAnswer { get; } = async exchange =>
    {
        using var answer = await exchange.ForwardAsync();
        await answer.Content.LoadIntoBufferAsync();
        exchange.Abort();
    };

    /// <summary>No answer comes.</summary>
    public static Fault Silence { get; } = exchange => exchange.StallAsync();

    /// <summary>The answer comes byte by byte.</summary>
    public static Fault Drip { get; } = exchange => CopyAsync(exchange, async (bytes, count) =>
    {
        for (var i = 0; i < count; i++)
        {
            await exchange.SendAsync(bytes.Slice(i, 1));
        }
    });

    /// <summary>Every event comes twice.</summary>
    public static Fault TellTwice { get; } = exchange => LinesAsync(exchange, async (line, _) =>
    {
        await exchange.SendLineAsync(line);
        await exchange.SendLineAsync(line);
        return true;
    });

    /// <summary>An answer of somebody's own; a Retry-After or Warning goes into <paramref name="headers"/>.</summary>
    public static Fault Answer(int code, string body, string mediaType = "application/json", params (string Name, string Value)[] headers) => exchange =>
    {
        foreach (var (name, value) in headers)
        {
            exchange.Header(name, value);
        }

        exchange.Start(code, mediaType);
        return exchange.SendAsync(Encoding.UTF8.GetBytes(body));
    };

    /// <summary>A refusal in the API's form.</summary>
    public static Fault Refuse(int code, string reason, string message = "", params (string Name, string Value)[] headers) =>
        Answer(code, Status(code, reason, message), headers: headers);

    /// <summary>A watch of somebody's own that then ends as watches do.</summary>
    public static Fault Events(params string[] lines) => async exchange =>
    {
        exchange.Start(200);
        foreach (var line in lines)
        {
            await exchange.SendLineAsync(line);
        }
    };

    /// <summary>A watch of somebody's own that then falls silent.</summary>
    public static Fault EventsThenSilence(params string[] lines) => async exchange =>
    {
        await Events(lines)(exchange);
        await exchange.StallAsync();
    };

    /// <summary>The answer falls silent after some events of the server.</summary>
    public static Fault SilenceAfter(int events) => exchange => LinesAsync(exchange, async (line, number) =>
    {
        await exchange.SendLineAsync(line);
        if (number == events)
        {
            await exchange.StallAsync();
        }

        return true;
    });

    /// <summary>The connection breaks in the middle of the event after some.</summary>
    public static Fault CutAfter(int events) => exchange => LinesAsync(exchange, async (line, number) =>
    {
        if (number <= events)
        {
            await exchange.SendLineAsync(line);
            return true;
        }

        await exchange.SendAsync(Encoding.UTF8.GetBytes(line[..(line.Length / 2)]));
        exchange.Abort();
        return false;
    });

    /// <summary>After some events, once <paramref name="when"/>, a line of somebody's own comes, and nothing more from the server.</summary>
    public static Fault EndWith(string line, int after, Task when) => exchange => LinesAsync(exchange, async (told, number) =>
    {
        await exchange.SendLineAsync(told);
        if (number < after)
        {
            return true;
        }

        await when.WaitAsync(exchange.Gone);
        await exchange.SendLineAsync(line);
        await exchange.StallAsync();
        return false;
    });

    /// <summary>The server's answer, later.</summary>
    public static Fault Wait(Task when) => async exchange =>
    {
        await when.WaitAsync(exchange.Gone);
        await Pass(exchange);
    };

    /// <summary>A Status.</summary>
    public static string Status(int code, string reason, string message, string? name = null) => JsonSerializer.Serialize(new
    {
        kind = "Status", apiVersion = "v1", status = "Failure", code, reason, message, details = new { name },
    });

    /// <summary>An event of a watch.</summary>
    public static string Event(string type, string content) => $$"""{"type":"{{type}}","object":{{content}}}""";

    private static async Task CopyAsync(Exchange exchange, Func<ReadOnlyMemory<byte>, int, Task> copy)
    {
        using var answer = await exchange.ForwardAsync();
        exchange.Start((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString() ?? "application/json");
        await using var body = await answer.Content.ReadAsStreamAsync(exchange.Gone);
        await exchange.SendAsync(ReadOnlyMemory<byte>.Empty);
        var buffer = new byte[64 * 1024];
        for (int read; (read = await body.ReadAsync(buffer, exchange.Gone)) > 0;)
        {
            await copy(buffer.AsMemory(0, read), read);
        }
    }

    /// <summary>Gives each line of the server and its number to <paramref name="tell"/>, until that is false.</summary>
    private static async Task LinesAsync(Exchange exchange, Func<string, int, Task<bool>> tell)
    {
        using var answer = await exchange.ForwardAsync();
        exchange.Start((int)answer.StatusCode);
        await exchange.SendAsync(ReadOnlyMemory<byte>.Empty);
        using var body = new StreamReader(await answer.Content.ReadAsStreamAsync(exchange.Gone));
        for (var number = 1; await body.ReadLineAsync(exchange.Gone) is { } line && await tell(line, number); number++)
        {
        }
    }
}
