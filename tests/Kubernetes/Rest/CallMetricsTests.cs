using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Rest.Support;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Rest;

public sealed class CallMetricsTests : ScriptedServer
{
    [Fact]
    public async Task Each_try_is_counted_with_its_outcome()
    {
        using var measured = new Measured(Server.Address.Authority);
        Server.Next(Spoil.Refuse(503, "ServiceUnavailable"));
        Server.Next(Spoil.LoseRequest);
        Server.Next(Spoil.Answer(200, ConfigMap));
        var call = Client.GetAsync<V1ConfigMap>("a", "n", Ct);
        await RetryAsync(1, 1);
        await RetryAsync(2, 1);
        await Eventually.ComesAsync(call);
        Assert.Equal(
            ["rest_client_requests_total code=503 method=GET 1", "rest_client_requests_total code=<error> method=GET 1", "rest_client_requests_total code=200 method=GET 1"],
            measured.Of("rest_client_requests_total"));
        Assert.Equal(3, measured.Of("rest_client_request_duration_seconds verb=GET").Count);
        Assert.Equal(Enumerable.Repeat("rest_client_rate_limiter_duration_seconds verb=GET 0", 3), measured.Of("rest_client_rate_limiter"));
    }

    [Fact]
    public async Task Calls_beyond_the_burst_wait_for_their_turn()
    {
        using var measured = new Measured(Server.Address.Authority);
        var client = NewClient(new RestClientOptions { CallsPerSecond = 2, Burst = 2 });
        var calls = new List<Task>();
        for (var i = 0; i < 5; i++)
        {
            Server.Next(Spoil.Answer(201, ConfigMap));
            calls.Add(client.CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = $"c{i}", Namespace = "n" } }, Ct));
        }

        // Two go at once, then one each half second. The timers of the waiting ones are all that is left.
        for (var sent = 2; sent <= 5; sent++)
        {
            await Eventually.ComesAsync(Task.WhenAll(calls[..sent]));
            Assert.Equal(sent, Server.Seen.Count);
            Assert.Equal(5 - sent, Time.Waiting);
            Time.Advance(TimeSpan.FromSeconds(0.5));
        }

        Assert.Equal(["0", "0", "0.5", "1", "1.5"], measured.Of("rest_client_rate_limiter").Select(line => line.Split(' ')[^1]));
    }

    [Fact]
    public async Task Who_gives_up_waiting_gives_his_turn_back()
    {
        var client = NewClient(new RestClientOptions { CallsPerSecond = 1, Burst = 1 });
        Server.Next(Spoil.Answer(200, ConfigMap));
        Server.Next(Spoil.Answer(200, ConfigMap));
        await client.GetAsync<V1ConfigMap>("a", "n", Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var given = client.GetAsync<V1ConfigMap>("a", "n", stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        var next = client.GetAsync<V1ConfigMap>("a", "n", Ct);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await Eventually.ComesAsync(next));
    }

    /// <summary>What is measured of calls to one host.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly ConcurrentQueue<string> lines = [];

        public Measured(string host)
        {
            listener.InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == "TextOps.Kubernetes")
                {
                    own.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags, host));
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags, host));
            listener.Start();
        }

        public IReadOnlyList<string> Of(string start) => [.. lines.Where(line => line.StartsWith(start, StringComparison.Ordinal))];

        public void Dispose() => listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, string host)
        {
            var labels = "";
            var isOurs = false;
            foreach (var (name, label) in tags)
            {
                isOurs |= name == "host" && (string?)label == host;
                labels += name == "host" ? "" : $" {name}={label}";
            }

            if (isOurs)
            {
                lines.Enqueue($"{instrument.Name}{labels} {value}");
            }
        }
    }
}
