using TextOps.Artifacts.Stores;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Tests.Train;

/// <summary>Every task of a run, killed before and after each of its writes and asked again, comes to what it would have come to undisturbed.</summary>
public sealed class KilledTasksTests : IDisposable
{
    private readonly TrainingFolder run = new();
    private readonly TrainingFolder undisturbed = new();
    private int kills;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Trial Trial => new() { Number = 0, Candidate = TrainingFolder.Linear };

    public void Dispose()
    {
        run.Dispose();
        undisturbed.Dispose();
    }

    [Fact]
    public async Task A_run_survives_kills_at_every_write()
    {
        foreach (var folder in (TrainingFolder[])[run, undisturbed])
        {
            folder.WriteReviews(40);
            folder.Task = folder.Task with { Evaluation = folder.Task.Evaluation with { BootstrapSamples = 0, Gates = null } };
        }

        var prepared = await KillAsync(run.PrepareAsync);
        await KillAsync(() => run.TrainAsync(prepared, Trial));
        await KillAsync(() => run.FitAsync(prepared, Trial));
        var result = await KillAsync(() => run.EvaluateAsync(prepared, keepVersions: 1));
        Assert.True(kills > 60, $"{kills} kills");

        var expected = await undisturbed.PrepareAsync();
        Assert.Equal(expected with { Report = prepared.Report }, prepared);
        await undisturbed.TrainAsync(expected, Trial);
        await undisturbed.FitAsync(expected, Trial);
        Assert.Equal((await undisturbed.EvaluateAsync(expected)).Accuracy, result.Accuracy);
        Assert.Equal(1, result.Version!.Version);
        foreach (var file in (string[])["model.onnx", "featurizer.json", "contract.json"])
        {
            Assert.Equal(File.ReadAllBytes(undisturbed.File("store", "models", "reviews", "v000001", file)), File.ReadAllBytes(run.File("store", "models", "reviews", "v000001", file)));
        }

        var version = Assert.Single(await run.Registry.ListVersionsAsync(TrainingFolder.Model, Cancel));
        Assert.True(version.Committed);
        var model = await run.Registry.ResolveAsync(TrainingFolder.Model, "staging", Cancel);
        Assert.Equal(result.Version.Digest, model.Digest);
        await run.Registry.VerifyAsync(model, Cancel);
    }

    /// <summary>Asks a task again and again, killed one write later each time, until it lives to its end.</summary>
    private async Task<T> KillAsync<T>(Func<Task<T>> task)
    {
        for (var writes = 0; ; writes++)
        {
            DyingStore? store = null;
            var allowed = writes;
            run.OpenStore = (uri, time) => store = new DyingStore(ObjectStores.Open(uri, time), allowed);
            try
            {
                return await task();
            }
            catch (Exception) when (store is { IsDead: true })
            {
                kills++;
            }
            finally
            {
                run.OpenStore = ObjectStores.Open;
            }
        }
    }
}
