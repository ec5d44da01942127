using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Tests.Interpretation;

public sealed class PortablePowerTests
{
    /// <summary>Exact: square roots are rounded correctly by IEEE 754.</summary>
    [Fact]
    public void Half_powers_are_square_roots()
    {
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            double x = i < 1000 ? i : Math.ScaleB(random.NextDouble(), random.Next(-300, 300));
            Assert.Equal(Math.Sqrt(x), PortablePower.Of(x, 0.5));
        }
    }

    /// <summary>Exact: powers of two, and of three up to 2⁵³.</summary>
    [Fact]
    public void Whole_powers_are_whole()
    {
        for (int b = -1000; b <= 1000; b++) Assert.Equal(Math.ScaleB(1, b), PortablePower.Of(2, b));
        double power = 1;
        for (int b = 0; b <= 33; b++, power *= 3)
        {
            Assert.Equal(power, PortablePower.Of(3, b));
            Assert.Equal(b % 2 == 0 ? power : -power, PortablePower.Of(-3, b));
        }
    }

    /// <summary>Against the platform's own, which errs by a unit in the last place.</summary>
    [Fact]
    public void Powers_are_the_platforms_up_to_a_last_bit()
    {
        Random random = new(2);
        for (int i = 0; i < 5000; i++)
        {
            double a = Math.ScaleB(random.NextDouble(), random.Next(-20, 20));
            double b = (random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(0, 7));
            double expected = Math.Pow(a, b);
            if (expected is 0 || !double.IsFinite(expected)) continue;
            Assert.InRange(PortablePower.Of(a, b), expected * (1 - Math.ScaleB(1, -51)), expected * (1 + Math.ScaleB(1, -51)));
        }
    }

    [Theory]
    [InlineData(0, 2.5, 0)]
    [InlineData(0, -2.5, double.PositiveInfinity)]
    [InlineData(-2, 0.5, double.NaN)]
    [InlineData(10, 400, double.PositiveInfinity)]
    [InlineData(10, -400, 0)]
    [InlineData(0.1, 1e20, 0)]
    [InlineData(2, 1e-30, 1)]
    [InlineData(1, 1e300, 1)]
    public void The_ends_of_the_range(double a, double b, double expected) => Assert.Equal(expected, PortablePower.Of(a, b));
}
