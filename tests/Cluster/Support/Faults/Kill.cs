using TextOps.Kubernetes.Tests.Rest.Faults;

namespace TextOps.Cluster.Tests.Support.Faults;

/// <summary>When the operator is killed.</summary>
/// <param name="At">At which of its writes.</param>
/// <param name="Done">True: the server has done it, and nobody heard of it. False: the server has not heard of it.</param>
internal sealed record Kill(NumberedWrite At, bool Done)
{
    /// <summary>Kills <paramref name="victim"/> at that write.</summary>
    public void Arm(FaultProxy proxy, Func<BuiltProgram> victim)
    {
        var number = 0;
        proxy.Next(
            async exchange =>
            {
                if (Done)
                {
                    using var answer = await exchange.ForwardAsync();
                    await answer.Content.LoadIntoBufferAsync(exchange.Gone);
                }

                victim().Signal("KILL");
                exchange.Abort();
            },
            request => Write.Of(request) == At.Write && ++number == At.Number);
    }
}
