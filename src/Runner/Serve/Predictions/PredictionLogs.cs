using Microsoft.Extensions.Logging;
using TextOps.Artifacts.Predictions;
using TextOps.Artifacts.Stores;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Schema;
using TextOps.Crds.Tasks;

namespace TextOps.Runner.Serve.Predictions;

/// <summary>Opens the log of predictions that a task asks for.</summary>
internal static class PredictionLogs
{
    /// <summary>Opens it; nothing is written before there is something to keep. One that keeps nothing where the task asks for none.</summary>
    /// <param name="model">What is served.</param>
    /// <param name="pod">Name of the pod.</param>
    /// <param name="openStore">Opens a store by its URI.</param>
    /// <exception cref="StoreRefusedException">The URI is none of a store.</exception>
    public static IPredictionLog Open(ServeTask task, ServedModel model, string pod, Func<string, TimeProvider, IObjectStore> openStore, TimeProvider time, ILogger log)
    {
        if (task.PredictionLog is not { } wanted)
        {
            return new NoPredictionLog();
        }

        var format = new PredictionFormat(model.Model.Labels, model.Version, task.Stage, wanted.Text == LoggedText.Full);
        var writer = new PredictionPartWriter(
            openStore(wanted.Uri ?? task.Output.Uri, time), new PredictionLogLayout($"{task.Owner.Namespace}.{task.Owner.Name}", task.Stage), model.Version, pod, time.GetUtcNow());
        return new StoredPredictionLog(
            writer, format, new PredictionSample(Decimals.Value(wanted.SampleRate)), TimeSpan.FromSeconds(wanted.FlushSeconds), PredictionLogLimits.Default, time, log);
    }
}
