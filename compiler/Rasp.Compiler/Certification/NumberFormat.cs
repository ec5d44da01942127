using System.Collections.Immutable;

namespace Rasp.Compiler.Certification;

/// <summary>
/// A binary floating-point format: <paramref name="Precision"/> significant bits, normal numbers from 2^<paramref name="LeastExponent"/>
/// to <paramref name="Largest"/>. A softmax is computed in fp32 and rounded to the format, so that a weight is exactly zero where its
/// score lies <paramref name="ZeroGap"/> below the highest.
/// </summary>
internal sealed record NumberFormat(string Name, int Precision, int LeastExponent, double Largest, double ZeroGap)
{
    /// <summary>exp of less than −150·ln 2 rounds to zero in fp32 (and so in bf16); 2⁻²⁵ is half of fp16's smallest number.</summary>
    public static ImmutableArray<NumberFormat> All { get; } =
    [
        new("fp32", 24, -126, float.MaxValue, 104),
        new("fp16", 11, -14, 65_504, 17.4),
        new("bf16", 8, -126, 3.3895313892515355e38, 104),
    ];

    /// <summary>The largest relative error of a rounding: half a unit in the last place.</summary>
    public double Unit => Math.ScaleB(1, -Precision);

    /// <summary>Half of the smallest number: the largest absolute error of rounding a subnormal.</summary>
    public double Tiny => Math.ScaleB(1, LeastExponent - Precision);

    /// <summary>The distance between neighbours at this magnitude.</summary>
    public double Spacing(double x)
    {
        int exponent = x == 0 ? LeastExponent : Math.Max(Math.ILogB(x), LeastExponent);
        return Math.ScaleB(1, exponent - Precision + 1);
    }

    /// <summary>The nearest number of the format, halves to even.</summary>
    public double Round(double x)
    {
        if (x == 0) return 0;
        double spacing = Spacing(x);
        return Math.Round(x / spacing, MidpointRounding.ToEven) * spacing;
    }

    public bool Holds(double x) => Math.Abs(x) <= Largest && Round(x) == x;
}
