using Microsoft.Extensions.Logging.Abstractions;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Runner.Serve;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Serve;

public sealed class VersionPinTests
{
    [Fact]
    public async Task A_store_that_does_not_answer_keeps_no_model_from_being_served()
    {
        using var folder = new TemporaryFolder();

        // What an HTTP client throws when its own time is over: not the server's end.
        var store = new BrokenStore(ObjectStores.Open(FileUri.FromPath(folder.Path), TimeProvider.System)) { Fault = () => new TaskCanceledException("timed out") };
        var task = new ServeTask
        {
            Owner = new TaskOwner { Namespace = "default", Name = "sentiment" },
            RunId = "00000000000000c1",
            Output = new TaskOutput { Uri = store.Uri, Name = "reviews" },
            Stage = "staging",
            Version = 1,
            Digest = Pages.ServedModels.Digest,
            Serving = new Serving(),
        };
        await using var pin = new VersionPin(new ModelRegistry(store), task, TimeProvider.System, NullLogger.Instance);
        await pin.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal("default.sentiment.staging", pin.Holder);
    }
}
