using Rasp.Compiler.Lowering;

namespace Rasp.Compiler.Tests.Certification;

/// <summary>What the weights are computed with gives the same on every machine.</summary>
public sealed class PortableArithmeticTests
{
    /// <summary>Against the platform's own, which errs by a unit in the last place, 2⁻⁵²; the series loses at most a rounding of 2⁻⁵³ for each of up to 2·700 terms.</summary>
    [Fact]
    public void The_exponential_is_exact_to_a_rounding_a_term()
    {
        for (double x = -700; x <= 700; x += 0.37)
        {
            double expected = Math.Exp(x);
            Assert.InRange(PortableExponential.Of(x) / expected, 1 - 2e-13, 1 + 2e-13);
        }

        Assert.Equal(1, PortableExponential.Of(0));
    }

    /// <summary>The largest is 36 = 52·ln 2, whose roundings and those of the parts are a few units of 2⁻⁵³ of it.</summary>
    [Fact]
    public void The_logarithm_is_exact_to_a_few_roundings()
    {
        for (double x = 1e-3; x <= 4e15; x *= 1.37) Assert.InRange(PortableExponential.Logarithm(x) - Math.Log(x), -2e-14, 2e-14);
        Assert.Equal(0, PortableExponential.Logarithm(1));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 2, 4)]
    [InlineData(0.3, 0.25, 0.5)]
    [InlineData(1024, 1024, 1024)]
    [InlineData(1023.9999999999999, 512, 1024)]
    public void Powers_of_two_lie_around_a_number(double x, double atMost, double atLeast)
    {
        Assert.Equal(atMost, PowerOfTwo.AtMost(x));
        Assert.Equal(atLeast, PowerOfTwo.AtLeast(x));
    }
}
