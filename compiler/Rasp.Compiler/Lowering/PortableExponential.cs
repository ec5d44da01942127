namespace Rasp.Compiler.Lowering;

/// <summary>eˣ and ln x from additions and multiplications (and divisions) alone, so that every machine writes the same weights, which a platform's own function does not promise.</summary>
internal static class PortableExponential
{
    /// <summary>For |x| up to 700. eˣ = Σ xᵏ/k!; no term is negative, so that at most a rounding a term is lost, some 10⁻¹³ of the sum.</summary>
    public static double Of(double x)
    {
        if (x < 0) return 1 / Of(-x);
        double sum = 1;
        for ((double term, int k) = (x, 1); sum + term > sum; term *= x / ++k) sum += term;
        return sum;
    }

    /// <summary>ln x for x &gt; 0, as e·ln 2 + ln m with m from 1 to 2, and ln m = 2·Σ tᵏ/k over odd k, t = (m − 1)/(m + 1) ≤ ⅓.</summary>
    public static double Logarithm(double x)
    {
        const double LogarithmOfTwo = 0.69314718055994530942;
        double m = x / PowerOfTwo.AtMost(x);
        double t = (m - 1) / (m + 1);
        double sum = 0;
        for ((double power, int k) = (t, 1); sum + (power / k) > sum; power *= t * t, k += 2) sum += power / k;
        return (Math.ILogB(x) * LogarithmOfTwo) + (2 * sum);
    }
}
