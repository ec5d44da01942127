namespace Rasp.Compiler.Lowering;

/// <summary>The limits of the number format that the weights are written in (IEEE 754 binary32).</summary>
internal static class SinglePrecision
{
    /// <summary>The largest relative error of one rounding: 2⁻²⁴.</summary>
    public const double Rounding = 1.0 / (1 << 24);

    /// <summary>Integers up to this are exact, and so are their sums and products as long as they stay below: 2²⁴.</summary>
    public const double ExactIntegers = 1 << 24;

    /// <summary>
    /// What a mean of at most <paramref name="keys"/> numbers up to <paramref name="largest"/> can be off by through the additions, in any order.
    /// Of l of the w terms no sum passes x_l = largest·l/w, and of the sums that an order forms the i-th largest has at most w − i + 1
    /// terms, so that all of them together are off by
    /// <code>
    /// Σ_l ulp(x_l)/2 ≤ w/largest · ∫ ulp(x)/2 dx + 2 · largest · Rounding        x from 0 to largest
    /// </code>
    /// The integral up to a power of two p is p²·Rounding/3.
    /// </summary>
    public static double MeanOfMany(int keys, double largest)
    {
        if (keys <= 1 || largest == 0) return 0;

        // The terms and their sums are themselves off by a few roundings, which may take one over a power of two.
        double top = largest * (1 + (2 * keys * Rounding));
        double power = PowerOfTwo.AtMost(top);
        double integral = Rounding * power * ((power / 3) + top - power);
        return (keys / largest * integral) + (2 * Rounding * top);
    }

    /// <summary>
    /// A difference of attention logits at which the smaller weight is exactly zero. The smallest subnormal is 2⁻¹⁴⁹,
    /// so e^−g rounds to zero for g > 150·ln 2 ≈ 104; the next power of two keeps integer scores exact.
    /// </summary>
    public static int ZeroWeightGap { get; } = (int)PowerOfTwo.AtLeast(104);
}
