using System.Text;
using TextOps.Artifacts.Predictions;
using TextOps.Artifacts.Stores;
using TextOps.Artifacts.Tests.Stores;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Predictions;

public sealed class PredictionPartWriterTests : IDisposable
{
    private static readonly DateOnly Day = new(2026, 3, 1);
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();
    private readonly WatchedStore store;

    public PredictionPartWriterTests() => store = new WatchedStore(new FileObjectStore(folder.Path));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Parts_lie_by_object_stage_and_day_and_are_numbered()
    {
        var writer = Writer("reviews-production-7c9d-x2lq8");
        Assert.Equal("predictions/default.reviews/production/2026-03-01/v000003-reviews-production-7c9d-x2lq8-20260301T120000250-000000.jsonl", await WriteAsync(writer, "a\n"));
        Assert.Equal("predictions/default.reviews/production/2026-03-02/v000003-reviews-production-7c9d-x2lq8-20260301T120000250-000001.jsonl", await WriteAsync(writer, "b\n", Day.AddDays(1)));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../x")]
    [InlineData("a/b\\c\u0001")]
    [InlineData("")]
    [InlineData("ä")]
    public async Task Names_never_lead_out_of_the_folder(string name)
    {
        var writer = new PredictionPartWriter(store, new PredictionLogLayout(name, name), name, name, Start);
        var key = await WriteAsync(writer, "a\n");
        Assert.Matches("^predictions/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+/2026-03-01/[A-Za-z0-9._-]+$", key);
        Assert.True(File.Exists(folder.File(key)));
    }

    [Fact]
    public async Task A_part_that_was_there_before_the_failure_is_not_written_twice()
    {
        var writer = Writer("pod");
        store.BeforePut = async key =>
        {
            store.BeforePut = _ => Task.CompletedTask;
            await store.PutAsync(key, Encoding.UTF8.GetBytes("a\n"), PutCondition.None, CancellationToken.None);
            throw new IOException("the answer was lost");
        };
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(writer, "a\n"));
        Assert.EndsWith("-000000.jsonl", await WriteAsync(writer, "a\n"), StringComparison.Ordinal);
        Assert.EndsWith("-000001.jsonl", await WriteAsync(writer, "b\n"), StringComparison.Ordinal);
        Assert.Equal(["a\n", "b\n"], Parts());
    }

    [Fact]
    public async Task A_part_of_somebody_else_is_left_as_it_is()
    {
        await WriteAsync(Writer("pod"), "theirs\n");
        Assert.EndsWith("-000001.jsonl", await WriteAsync(Writer("pod"), "ours\n"), StringComparison.Ordinal);
        Assert.Equal(["theirs\n", "ours\n"], Parts());
    }

    private PredictionPartWriter Writer(string pod) => new(store, new PredictionLogLayout("default.reviews", "production"), "v000003", pod, Start);

    private static Task<string> WriteAsync(PredictionPartWriter writer, string lines, DateOnly? day = null) => writer.WriteAsync(day ?? Day, Encoding.UTF8.GetBytes(lines), CancellationToken.None);

    private IEnumerable<string> Parts() => Directory.EnumerateFiles(folder.Path, "*.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText);
}
