using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Cluster.Tests.Support;

/// <summary>What the tests of a class serve: a classifier that a TrainingRun registered, trained with the first test that asks for it.</summary>
public sealed class TrainedModel : IAsyncDisposable
{
    private readonly SharedInstallation shared = new();
    private RegisteredModel? model;

    /// <summary>The installation in which it was trained.</summary>
    internal Task<Installation> InstallationAsync(SharedNode node) => shared.StartAsync(node);

    /// <summary>The version.</summary>
    internal async Task<RegisteredModel> GetAsync(SharedNode node)
    {
        if (model is not null)
        {
            return model;
        }

        var installation = await shared.StartAsync(node);
        var training = TrainingRuns.Over(node.Reviews(200), "reviews").With(spec => spec with { Register = new Registration { Name = "reviews", Alias = ModelVersions.Alias } });
        var done = await installation.ApplyToEndAsync(training);
        Assert.Equal(("Registered", "v000001"), (done.Reason(), done.Status!.Version));
        return model = await new ModelRegistry(new FileObjectStore(installation.Store)).ResolveAsync("reviews", ModelVersions.Alias, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => shared.DisposeAsync();
}
