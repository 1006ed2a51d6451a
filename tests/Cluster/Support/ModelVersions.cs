using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;

namespace TextOps.Cluster.Tests.Support;

/// <summary>A model in a store, whose versions a test makes of one that was trained: the same files under cards of their own.</summary>
internal sealed class ModelVersions(string store, string name)
{
    /// <summary>The alias that each new version gets.</summary>
    public const string Alias = "staging";

    private int count;

    public ModelRegistry Registry { get; } = new(new FileObjectStore(store));

    /// <summary>Registers a version of the files of <paramref name="trained"/>.</summary>
    /// <param name="trained">A version of any store of this machine.</param>
    /// <param name="accuracy">What the card says; as in the trained one's where left out.</param>
    public async Task<RegisteredModel> AddAsync(RegisteredModel trained, double? accuracy = null)
    {
        var (cancel, now, folder) = (TestContext.Current.CancellationToken, TimeProvider.System.GetUtcNow(), trained.Uri["file://".Length..]);
        var registration = await Registry.RegisterAsync(name, trained.Card.Owner, $"{++count:x16}", trained.Card.Fingerprint, now, cancel);
        foreach (var file in trained.Card.Files)
        {
            await registration.PutFileAsync(
                file.Path,
                async (stream, stop) =>
                {
                    await using var source = File.OpenRead(Path.Combine(folder, file.Path));
                    await source.CopyToAsync(stream, stop);
                },
                cancel);
        }

        var metrics = new SortedDictionary<string, double>(trained.Card.Evaluation.Metrics.ToDictionary(), StringComparer.Ordinal);
        metrics["accuracy"] = accuracy ?? metrics["accuracy"];
        var card = trained.Card with
        {
            Name = name,
            Version = registration.Version,
            RunId = $"{count:x16}",
            Created = now,
            Evaluation = trained.Card.Evaluation with { Metrics = metrics },
        };
        var model = await registration.CommitAsync(card, cancel);
        Assert.True(await Registry.Aliases.TrySetAsync(model, Alias, AliasExpectation.Any, now, cancel));
        return model;
    }

    /// <summary>Takes the end off the model's file, as a broken disk or a hasty person does.</summary>
    public static void Damage(RegisteredModel model)
    {
        using var file = File.OpenWrite(Path.Combine(model.Uri["file://".Length..], "model.onnx"));
        file.SetLength(file.Length - 100);
    }
}
