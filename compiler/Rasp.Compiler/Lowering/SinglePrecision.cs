namespace Rasp.Compiler.Lowering;

/// <summary>The limits of the number format that the weights are written in (IEEE 754 binary32).</summary>
internal static class SinglePrecision
{
    /// <summary>The largest relative error of one rounding: 2⁻²⁴.</summary>
    public const double Rounding = 1.0 / (1 << 24);

    /// <summary>Integers up to this are exact, and so are their sums and products as long as they stay below: 2²⁴.</summary>
    public const double ExactIntegers = 1 << 24;

    /// <summary>
    /// A difference of attention logits at which the smaller weight is exactly zero. The smallest subnormal is 2⁻¹⁴⁹,
    /// so e^−g rounds to zero for g > 150·ln 2 ≈ 104; the next power of two keeps integer scores exact.
    /// </summary>
    public static int ZeroWeightGap { get; } = (int)PowerOfTwo.AtLeast(104);
}
