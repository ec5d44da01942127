using System.Globalization;

namespace Rasp.Compiler.Graph;

/// <summary>
/// Powers that are not rational, to the nearest double, from decimal arithmetic (28 digits): a platform's own function may differ from
/// another's in the last bit, and with it the values that a model answers.
/// </summary>
internal static class PortablePower
{
    private const decimal LnTwo = 0.6931471805599453094172321215m;

    // Beyond 2^±1100 a double is infinite, or zero.
    private const double LargestExponent = 1100;

    /// <summary>aᵇ; not a number where a &lt; 0 and b is not whole.</summary>
    public static double Of(double a, double b)
    {
        if (b == 0 || a == 1) return 1;
        if (a == 0) return b > 0 ? 0 : double.PositiveInfinity;
        if (a > 0) return OfPositive(a, b);
        return b != Math.Floor(b) ? double.NaN : Math.IEEERemainder(b, 2) == 0 ? OfPositive(-a, b) : -OfPositive(-a, b);
    }

    /// <summary>
    /// a = m·2ᵉ with 1 ≤ m &lt; 2:
    /// <code>
    /// aᵇ = 2^y      y = b·(e + ln m / ln 2) = k + f, |f| ≤ ½      2^y = 2ᵏ·exp(f·ln 2)
    /// </code>
    /// </summary>
    private static double OfPositive(double a, double b)
    {
        int e = Math.ILogB(a);
        decimal m = Exact(Math.ScaleB(a, -e));
        decimal log = e + (Ln(m) / LnTwo);
        if (Math.Abs(b * (double)log) > LargestExponent) return b > 0 == log > 0 ? double.PositiveInfinity : 0;
        decimal y = Exact(b) * log;
        int k = (int)Math.Round(y);
        // A decimal's conversion to double may be off by a bit; that of its text is not.
        string power = Exp((y - k) * LnTwo).ToString(CultureInfo.InvariantCulture);
        return Math.ScaleB(double.Parse(power, CultureInfo.InvariantCulture), k);
    }

    /// <summary>ln m = 2·(z + z³/3 + z⁵/5 + …), z = (m − 1) / (m + 1).</summary>
    private static decimal Ln(decimal m)
    {
        decimal z = (m - 1) / (m + 1);
        decimal sum = 0;
        for ((decimal power, int n) = (z, 1); power != 0; power *= z * z, n += 2) sum += power / n;
        return 2 * sum;
    }

    private static decimal Exp(decimal x)
    {
        decimal sum = 0;
        for ((decimal term, int n) = (1, 0); term != 0; term *= x / ++n) sum += term;
        return sum;
    }

    /// <summary>The double's own digits, where a conversion would keep 15.</summary>
    private static decimal Exact(double x)
    {
        int e = Math.Max(Math.ILogB(x) - 52, -93);
        decimal number = (decimal)(long)Math.ScaleB(x, -e);
        for (; e < 0; e++) number /= 2;
        for (; e > 0; e--) number *= 2;
        return number;
    }
}
