namespace Rasp.Compiler.Lowering;

/// <summary>eˣ from additions and multiplications alone, so that every machine writes the same weights, which a platform's own function does not promise.</summary>
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
}
