using TextOps.Learning.Families.Logistic;

namespace TextOps.Learning.Tests.Families;

public sealed class FixedOrderTests
{
    [Fact]
    public void Exponentials_are_right_to_two_units_of_the_last_place()
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 100_003).Select(i => i < 1000 ? -i / 1000.0 : -708 * random.NextDouble() * random.NextDouble()).ToArray();
        var powers = values.ToArray();

        FixedOrder.Exp(powers);

        foreach (var (value, power) in values.Zip(powers))
        {
            var expected = Math.Exp(value);
            Assert.True(Math.Abs(power - expected) <= 2 * (Math.BitIncrement(expected) - expected), $"exp({value:R}) is {expected:R}, not {power:R}");
        }
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(-709.0, 0.0)]
    [InlineData(-1e300, 0.0)]
    [InlineData(double.NegativeInfinity, 0.0)]
    [InlineData(double.NaN, double.NaN)]
    public void Exponentials_have_an_end_at_both_sides(double value, double expected)
    {
        var values = Enumerable.Repeat(value, 11).ToArray();

        FixedOrder.Exp(values);

        Assert.All(values, power => Assert.Equal(expected, power));
    }

    [Fact]
    public void Products_and_sums_are_rounded_once_wherever_they_lie()
    {
        var random = new Random(2);
        double[] Numbers() => [.. Enumerable.Range(0, 64).Select(_ => random.NextDouble() - 0.5)];
        var (values, added) = (Numbers(), Numbers());

        for (var from = 0; from < 8; from++)
        {
            for (var length = 0; length < 40; length++)
            {
                var target = new double[length];
                FixedOrder.MultiplyAdd(values.AsSpan(from, length), 1 / 3.0, added.AsSpan(from), target);
                Assert.Equal(Enumerable.Range(from, length).Select(i => Math.FusedMultiplyAdd(values[i], 1 / 3.0, added[i])), target);
                var powers = values.Skip(from).Take(length).Select(value => value - 1).ToArray();
                var alone = powers.ToArray();
                FixedOrder.Exp(powers);
                for (var i = 0; i < length; i++)
                {
                    FixedOrder.Exp(alone.AsSpan(i, 1));
                }

                Assert.Equal(alone, powers);
            }
        }
    }
}
