using TextOps.Kubernetes.Tests.Support;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.Tests.Tasks;

public sealed class RateBudgetTests
{
    [Fact]
    public void No_second_sees_more_than_the_budget_wherever_it_begins()
    {
        var time = new ManualTime();
        var budget = new RateBudget(50, TimeSpan.FromSeconds(1), time);
        var taken = new List<DateTimeOffset>();

        for (var tick = 0; tick < 5000; tick++)
        {
            if (budget.TryTake())
            {
                taken.Add(time.GetUtcNow());
            }

            time.Advance(TimeSpan.FromMilliseconds(tick % 7));
        }

        Assert.True(taken.Count > 500);
        Assert.All(taken, start => Assert.InRange(taken.Count(other => other >= start && other < start.AddSeconds(1)), 1, 50));
    }
}
