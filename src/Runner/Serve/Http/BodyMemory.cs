using Microsoft.AspNetCore.Http;

namespace TextOps.Runner.Serve.Http;

/// <summary>How much memory the bodies that arrive may take together: many large ones that come slowly must not end the process. Small ones are not counted.</summary>
/// <param name="limit">Bytes.</param>
internal sealed class BodyMemory(long limit)
{
    // Room for bodies of the usual limit from as many clients as send large ones at a time.
    private const long Least = 64L * 1024 * 1024;
    private const int LargestBodies = 8;

    private long taken;

    /// <summary>Bytes that are taken now.</summary>
    public long Taken => Interlocked.Read(ref taken);

    /// <summary>Makes one for bodies of a size.</summary>
    public static BodyMemory For(int maxRequestBytes) => new(Math.Max(Least, (long)LargestBodies * maxRequestBytes));

    /// <summary>Takes some.</summary>
    /// <exception cref="RefusedRequestException">There is not so much left.</exception>
    public void Take(int bytes)
    {
        if (Interlocked.Add(ref taken, bytes) > limit)
        {
            Release(bytes);
            throw new RefusedRequestException(new Refusal
            {
                Status = StatusCodes.Status503ServiceUnavailable,
                RetryAfter = 1,
                Limit = limit,
                Detail = $"the bodies of requests take all of the {limit} bytes that there are for them; try again later, or send smaller ones",
            });
        }
    }

    /// <summary>Gives some back.</summary>
    public void Release(int bytes) => Interlocked.Add(ref taken, -bytes);
}
