using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TextOps.Crds;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rbac;

namespace TextOps.Kubernetes.Runtime;

/// <summary>Whether an event is good or bad news.</summary>
public enum EventType
{
    /// <summary>As it should be.</summary>
    Normal,

    /// <summary>Somebody may want to look.</summary>
    Warning,
}

/// <summary>Tells the users of an object what happened to it.</summary>
public interface IEventRecorder
{
    /// <summary>Reports an event; returns at once and never throws.</summary>
    void Event(IKubernetesObject about, EventType type, string reason, string message);
}

/// <summary>
/// Writes Events, one after the other in the background. Equal ones (same object, type, reason and message) are one Event whose count grows; its name
/// is made from them, so a restarted operator goes on counting. Many similar ones are one too, and floods are cut off (<see cref="EventCorrelator"/>).
/// Where the cluster is slow, news is dropped, not queued without bound.
/// </summary>
[Rbac<V1Event>("get", "create", "patch")]
public sealed partial class EventRecorder : IEventRecorder, IAsyncDisposable
{
    private const int Capacity = 1000;

    /// <summary>What events.k8s.io allows a note.</summary>
    private const int MaxMessageBytes = 1024;
    private const int MaxKnown = 4096;

    /// <summary>client-go's words.</summary>
    private const string Combined = "(combined from similar events): ";
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(5);

    private readonly IKubernetesClient client;
    private readonly string component;
    private readonly TimeProvider time;
    private readonly ILogger<EventRecorder> logger;
    private readonly EventCorrelator correlator;
    private readonly Channel<V1Event> news;
    private readonly Dictionary<NamespacedName, int> counts = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;

    /// <summary>Starts to write; <paramref name="component"/> is who reports, as <c>kubectl describe</c> shows it.</summary>
    public EventRecorder(IKubernetesClient client, string component, TimeProvider time, ILogger<EventRecorder> logger)
    {
        this.client = client;
        this.component = component;
        this.time = time;
        this.logger = logger;
        correlator = new EventCorrelator(time);
        news = Channel.CreateBounded<V1Event>(new BoundedChannelOptions(Capacity) { SingleReader = true });
        loop = Task.Run(() => RunAsync(stopping.Token));
    }

    /// <inheritdoc/>
    public void Event(IKubernetesObject about, EventType type, string reason, string message)
    {
        var verdict = correlator.Judge(about, type, reason, message);
        if (verdict == EventVerdict.Drop)
        {
            LogFlood(reason, about.Metadata.Namespace, about.Metadata.Name);
            return;
        }

        var now = Conditions.WholeSeconds(time.GetUtcNow());
        var text = Ellipsis.Cut(verdict == EventVerdict.Combine ? Combined + message : message, MaxMessageBytes);
        var report = new V1Event
        {
            Metadata = new V1ObjectMeta { Name = NameOf(about, type, reason, verdict == EventVerdict.Combine ? Combined : text), Namespace = about.Metadata.Namespace ?? "default" },
            InvolvedObject = new V1ObjectReference
            {
                ApiVersion = about.ApiVersion,
                Kind = about.Kind,
                Namespace = about.Metadata.Namespace,
                Name = about.Metadata.Name,
                Uid = about.Metadata.Uid,
            },
            Type = type.ToString(),
            Reason = reason,
            Message = text,
            Source = new V1EventSource { Component = component },
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
        };
        if (!news.Writer.TryWrite(report))
        {
            LogDropped(reason, NamespacedName.Of(about));
        }
    }

    /// <summary>Writes what waits, for five seconds at most, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        news.Writer.TryComplete();
        try
        {
            await loop.WaitAsync(FlushTime, time);
        }
        catch (TimeoutException)
        {
            await stopping.CancelAsync();
            await loop;
        }

        stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var report in news.Reader.ReadAllAsync(cancellationToken))
            {
                await TryWriteAsync(report, cancellationToken);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Disposed while the cluster did not answer.
        }
    }

    private async Task TryWriteAsync(V1Event report, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(report, cancellationToken);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(problem, report.Reason, NamespacedName.Of(report));
        }
    }

    private async Task WriteAsync(V1Event report, CancellationToken cancellationToken)
    {
        var key = NamespacedName.Of(report);
        if (!counts.TryGetValue(key, out var count))
        {
            try
            {
                await client.CreateAsync(report, cancellationToken);
                Remember(key, 1);
                return;
            }
            catch (KubernetesException problem) when (problem.IsAlreadyExists)
            {
                count = (await client.GetAsync<V1Event>(key.Name, key.Namespace, cancellationToken))?.Count ?? 0;
            }
        }

        try
        {
            await client.PatchAsync<V1Event>(key.Name, key.Namespace, new JsonObject
            {
                ["count"] = count + 1,
                ["message"] = report.Message,
                ["lastTimestamp"] = report.LastTimestamp!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            }, cancellationToken);
            Remember(key, count + 1);
        }
        catch (KubernetesException problem) when (problem.IsNotFound)
        {
            // The server forgets Events after a while.
            await client.CreateAsync(report, cancellationToken);
            Remember(key, 1);
        }
    }

    private void Remember(NamespacedName key, int count)
    {
        if (counts.Count >= MaxKnown)
        {
            // What is forgotten is read from the server when it happens again.
            counts.Clear();
        }

        counts[key] = count;
    }

    private string NameOf(IKubernetesObject about, EventType type, string reason, string message)
    {
        var identity = string.Join('\n', about.ApiVersion, about.Kind, about.Metadata.Uid, type, reason, component, message);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 8));
        var name = about.Metadata.Name ?? "";
        return $"{name[..Math.Min(name.Length, 200)].TrimEnd('.', '-')}.{hash}";
    }

    [LoggerMessage(EventName = "EventFlood", Level = LogLevel.Debug, Message = "Event {Reason} about {Namespace}/{Name} is dropped: there were too many about it")]
    private partial void LogFlood(string reason, string? @namespace, string? name);

    [LoggerMessage(EventName = "EventDropped", Level = LogLevel.Warning, Message = "Event {Reason} about {About} is dropped: too many wait")]
    private partial void LogDropped(string reason, NamespacedName about);

    [LoggerMessage(EventName = "EventNotWritten", Level = LogLevel.Warning, Message = "Event {Reason} could not be written as {Key}")]
    private partial void LogFailed(Exception problem, string? reason, NamespacedName key);
}
