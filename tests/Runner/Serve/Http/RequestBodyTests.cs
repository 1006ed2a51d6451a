using Microsoft.AspNetCore.Http;
using TextOps.Runner.Serve.Http;

namespace TextOps.Runner.Tests.Serve.Http;

public sealed class RequestBodyTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly BodyMemory memory = new(100_000);

    [Fact]
    public async Task Large_bodies_share_what_there_is_for_them_and_give_it_back()
    {
        using (var first = await ReadAsync(60_000))
        {
            Assert.Equal(60_000, first.Span.Length);
            var refused = await Assert.ThrowsAsync<RefusedRequestException>(async () => await ReadAsync(60_000));
            Assert.Equal((503, 1, 100_000), (refused.Refusal.Status, refused.Refusal.RetryAfter, refused.Refusal.Limit));
            using var small = await ReadAsync(100);
            Assert.Equal(100, small.Span.Length);
        }

        Assert.Equal(0, memory.Taken);
        using var again = await ReadAsync(60_000);
        Assert.Equal(60_000, again.Span.Length);
    }

    private ValueTask<RequestBody> ReadAsync(int bytes) =>
        RequestBody.ReadAsync(new DefaultHttpContext { Request = { ContentType = "application/json", Body = new MemoryStream(new byte[bytes]) } }, Deadline, memory);
}
