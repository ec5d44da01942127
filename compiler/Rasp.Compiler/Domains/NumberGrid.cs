using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>
/// The coarsest grid origin + unit·i that has given numbers on it, so that their sums are sums of whole numbers i ≥ 0.
/// </summary>
internal sealed record NumberGrid(Rational Origin, Rational Unit)
{
    /// <exception cref="OverflowException">The grid's parts do not fit 64 bits.</exception>
    public static NumberGrid Of(IReadOnlyCollection<Rational> numbers)
    {
        if (numbers.Count == 0) return new NumberGrid(Rational.Zero, Rational.One);
        Rational origin = numbers.Min();
        long denominator = 1;
        foreach (Rational number in numbers) denominator = checked(denominator / GreatestCommonDivisor(denominator, number.Denominator) * number.Denominator);
        long step = 0;
        foreach (Rational number in numbers) step = GreatestCommonDivisor(step, ((number - origin) * denominator).Numerator);
        return new NumberGrid(origin, step == 0 ? Rational.One : (Rational)step / denominator);
    }

    public long Index(Rational number) => ((number - Origin) / Unit).Numerator;

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return Math.Abs(a);
    }
}
