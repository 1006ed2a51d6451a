using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

public sealed class EventRecorderTests : IAsyncDisposable
{
    private readonly ManualTime time = new();
    private readonly InMemoryCluster cluster = new();
    private readonly Widget about = new()
    {
        Metadata = new V1ObjectMeta { Name = "a", Namespace = "n", Uid = "uid-1" },
        Spec = new WidgetSpec { Size = 1 },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task An_event_says_what_happened_to_which_object_and_when()
    {
        await using (var recorder = Recorder())
        {
            recorder.Event(about, EventType.Warning, "RetriesExhausted", "shard 3 failed 4 times");
        }

        var written = Assert.Single(await EventsAsync());
        Assert.Equal(("Warning", "RetriesExhausted", "shard 3 failed 4 times", 1), (written.Type, written.Reason, written.Message, written.Count));
        Assert.Equal(new V1ObjectReference { ApiVersion = "test.textops.dev/v1", Kind = "Widget", Namespace = "n", Name = "a", Uid = "uid-1" }, written.InvolvedObject);
        Assert.Equal("textops-operator", written.Source!.Component);
        Assert.Equal(time.GetUtcNow(), written.FirstTimestamp);
        Assert.Equal(time.GetUtcNow(), written.LastTimestamp);
        Assert.Equal("n", written.Metadata.Namespace);
    }

    [Fact]
    public async Task Equal_events_are_one_that_counts_even_after_a_restart()
    {
        var first = time.GetUtcNow();
        await using (var recorder = Recorder())
        {
            recorder.Event(about, EventType.Normal, "Started", "run 1");
            recorder.Event(about, EventType.Normal, "Started", "run 1");
            recorder.Event(about, EventType.Normal, "Started", "run 2");
        }

        time.Advance(TimeSpan.FromMinutes(3));
        await using (var recorder = Recorder())
        {
            recorder.Event(about, EventType.Normal, "Started", "run 1");
            recorder.Event(about with { Metadata = about.Metadata with { Uid = "uid-2" } }, EventType.Normal, "Started", "run 1");
        }

        var events = (await EventsAsync()).OrderBy(written => written.InvolvedObject.Uid).ThenBy(written => written.Message).ToArray();
        Assert.Equal([("run 1", 3), ("run 2", 1), ("run 1", 1)], events.Select(written => (written.Message, written.Count!.Value)));
        Assert.Equal((first, first.AddMinutes(3)), (events[0].FirstTimestamp, events[0].LastTimestamp));
    }

    [Fact]
    public async Task After_ten_similar_events_the_others_are_one()
    {
        await using (var recorder = Recorder())
        {
            for (var i = 0; i < 14; i++)
            {
                recorder.Event(about, EventType.Normal, "Started", $"pod {i:00}");
            }

            // Known messages go on counting by themselves; other reasons and objects are not concerned.
            recorder.Event(about, EventType.Normal, "Started", "pod 03");
            recorder.Event(about, EventType.Normal, "Ended", "pod 13");
            recorder.Event(about with { Metadata = about.Metadata with { Name = "b", Uid = "uid-2" } }, EventType.Normal, "Started", "pod 13");
        }

        var events = (await EventsAsync()).OrderBy(written => written.InvolvedObject.Uid).ThenBy(written => written.Message).ToArray();
        Assert.Equal(
            [
                ("(combined from similar events): pod 13", 4),
                .. Enumerable.Range(0, 10).Select(i => ($"pod {i:00}", i == 3 ? 2 : 1)),
                ("pod 13", 1),
                ("pod 13", 1),
            ],
            events.Select(written => (written.Message!, written.Count!.Value)));
    }

    [Fact]
    public async Task Events_are_similar_for_ten_minutes()
    {
        await using (var recorder = Recorder())
        {
            for (var i = 0; i < 11; i++)
            {
                recorder.Event(about, EventType.Normal, "Started", $"pod {i:00}");
            }

            time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
            recorder.Event(about, EventType.Normal, "Started", "later");
        }

        Assert.Equal(["(combined from similar events): pod 10", "later"], (await EventsAsync()).Select(written => written.Message).Where(message => !message!.StartsWith("pod", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task A_flood_about_one_object_is_cut_off_and_others_are_heard()
    {
        await using (var recorder = Recorder())
        {
            for (var i = 0; i < 100; i++)
            {
                recorder.Event(about, EventType.Warning, "Failed", "again");
            }

            recorder.Event(about with { Metadata = about.Metadata with { Name = "b", Uid = "uid-2" } }, EventType.Warning, "Failed", "again");
            await Eventually.HoldsAsync("both are written", EventsAsync, events => events.Count == 2 && events.Any(written => written.Count == 25));

            // One more every five minutes.
            time.Advance(TimeSpan.FromMinutes(10));
            for (var i = 0; i < 10; i++)
            {
                recorder.Event(about, EventType.Warning, "Failed", "again");
            }
        }

        Assert.Equal([27, 1], (await EventsAsync()).OrderBy(written => written.InvolvedObject.Uid).Select(written => written.Count!.Value));
    }

    [Fact]
    public void What_is_remembered_of_objects_is_bounded()
    {
        var correlator = new EventCorrelator(time);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Equal(EventVerdict.Write, correlator.Judge(about with { Metadata = about.Metadata with { Uid = $"uid-{i}" } }, EventType.Normal, "Started", "x"));
        }

        Assert.InRange(correlator.Known, 1, 2 * 4096);
    }

    [Fact]
    public async Task An_event_that_the_server_forgot_starts_again()
    {
        await using (var recorder = Recorder())
        {
            recorder.Event(about, EventType.Normal, "Started", "run 1");
            var written = await Eventually.HoldsAsync("written", EventsAsync, events => events.Count == 1);
            await cluster.DeleteAsync<V1Event>(written[0].Metadata.Name!, "n", null, Ct);
            recorder.Event(about, EventType.Normal, "Started", "run 1");
        }

        Assert.Equal(1, Assert.Single(await EventsAsync()).Count);
    }

    [Fact]
    public async Task A_long_message_is_cut_between_characters()
    {
        await using (var recorder = Recorder())
        {
            recorder.Event(about, EventType.Normal, "Long", string.Concat(Enumerable.Repeat("😀", 400)));
            recorder.Event(about, EventType.Normal, "Just", new string('x', 1024));
        }

        var events = (await EventsAsync()).ToDictionary(written => written.Reason!, written => written.Message!);
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 255)) + "…", events["Long"]);
        Assert.InRange(Encoding.UTF8.GetByteCount(events["Long"]), 1, 1024);
        Assert.Equal(new string('x', 1024), events["Just"]);
    }

    [Fact]
    public async Task Names_are_made_from_names_of_any_length()
    {
        await using (var recorder = Recorder())
        {
            recorder.Event(about with { Metadata = about.Metadata with { Name = new string('a', 199) + ".b" + new string('c', 52) } }, EventType.Normal, "Long", "name");
        }

        Assert.InRange(Assert.Single(await EventsAsync()).Metadata.Name!.Length, 1, 253);
    }

    [Fact]
    public async Task A_cluster_that_refuses_or_does_not_answer_troubles_nobody()
    {
        // The scripted client throws on every write.
        await using (var recorder = new EventRecorder(new ScriptedClient(), "textops-operator", time, NullLogger<EventRecorder>.Instance))
        {
            for (var i = 0; i < 5000; i++)
            {
                recorder.Event(about, EventType.Normal, "Reason", $"message {i}");
            }
        }

        var late = Recorder();
        await late.DisposeAsync();
        late.Event(about, EventType.Normal, "Late", "after the end");
        Assert.Empty(await EventsAsync());
    }

    private EventRecorder Recorder() => new(cluster, "textops-operator", time, NullLogger<EventRecorder>.Instance);

    private async Task<IReadOnlyList<V1Event>> EventsAsync() => (await cluster.ListAsync<V1Event>(null, null, Ct)).Items;
}
