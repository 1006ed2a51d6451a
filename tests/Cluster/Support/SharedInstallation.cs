namespace TextOps.Cluster.Tests.Support;

/// <summary>One installation for the tests of a class that do not disturb each other: each uses an object with a name of its own.</summary>
public sealed class SharedInstallation : IAsyncDisposable
{
    private Installation? installation;

    /// <summary>Starts it with the first test, because only a test can be skipped.</summary>
    internal async Task<Installation> StartAsync(SharedNode node) => installation ??= await Installation.StartAsync(node);

    public async ValueTask DisposeAsync()
    {
        if (installation is not null)
        {
            await installation.DisposeAsync();
        }
    }
}
