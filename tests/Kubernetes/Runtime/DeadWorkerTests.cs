using System.Diagnostics.Metrics;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.InMemory;
using TextOps.Kubernetes.Runtime;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Runtime;

public sealed class DeadWorkerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_that_dies_ends_the_others_and_its_error_comes_out()
    {
        await using var cluster = new InMemoryCluster();
        cluster.Register(new CustomResource(Widget.Definition(), _ => []));
        using var loggers = new RecordingLoggers();
        using var metrics = new KubernetesMetrics();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, source) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter) && instrument.Name == "controller_runtime_reconcile_time_seconds")
            {
                source.EnableMeasurementEvents(instrument);
            }
        };

        // What listens to measurements runs inside the worker, outside of the pass.
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidOperationException("the listener broke"));
        listener.Start();
        await using var host = new ControllerHost(cluster, [], TimeProvider.System, loggers, metrics);
        host.Add(new Idle(), new ControllerOptions { Workers = 4 });
        await cluster.CreateAsync(new Widget { Metadata = new V1ObjectMeta { Name = "a", Namespace = "n" }, Spec = new WidgetSpec { Size = 1 } }, Ct);
        await host.StartInformersAsync(Ct);

        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() => Eventually.ComesAsync(host.RunWorkersAsync(CancellationToken.None)));

        Assert.Equal("the listener broke", problem.Message);
        await host.StopAsync(TimeSpan.Zero);
    }

    private sealed class Idle : IEntityController<Widget>
    {
        public Task<ReconcileResult> ReconcileAsync(Widget entity, CancellationToken cancellationToken) => Task.FromResult(ReconcileResult.Done);

        public Task DeletedAsync(string @namespace, string name, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
