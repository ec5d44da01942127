using Rasp.Compiler.Certification;
using Rasp.Compiler.Lowering;

namespace Rasp.Compiler.Tests.Certification;

/// <summary>What the certifier knows of formats, against the formats' own bits.</summary>
public sealed class NumberFormatTests
{
    public static TheoryData<string> Names => [.. NumberFormat.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rounding_is_the_formats_own(string name)
    {
        NumberFormat format = Of(name);
        foreach (double x in Numbers(format).Where(x => Math.Abs(x) <= format.Largest))
            Assert.True(Cast(name, x) == format.Round(x), $"{x:R} is {Cast(name, x):R} in {name}, not {format.Round(x):R}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_number_is_held_where_the_cast_keeps_it(string name)
    {
        NumberFormat format = Of(name);
        foreach (double x in Numbers(format)) Assert.True((Cast(name, x) == x) == format.Holds(x), $"{x:R} in {name}");
    }

    /// <summary>The two errors of which every bound is made.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_rounding_is_off_by_half_a_spacing_a_unit_or_a_tiny_number_at_most(string name)
    {
        NumberFormat format = Of(name);
        foreach (double x in Numbers(format).Where(x => Math.Abs(x) <= format.Largest))
        {
            double error = Math.Abs(Cast(name, x) - x);
            Assert.True(error <= format.Spacing(x) / 2, $"{x:R} in {name}");
            Assert.True(error <= Math.Max(format.Unit * Math.Abs(x), format.Tiny), $"{x:R} in {name}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_spacing_is_the_distance_to_the_next_number(string name)
    {
        NumberFormat format = Of(name);
        foreach (double x in Numbers(format).Select(x => Math.Abs(Cast(name, x))).Where(x => x < format.Largest))
        {
            double next = x + format.Spacing(x);
            Assert.Equal(next, Cast(name, next));
            Assert.Contains(Cast(name, x + (format.Spacing(x) * 0.499)), new[] { x });
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_largest_number_is_the_last(string name)
    {
        NumberFormat format = Of(name);
        Assert.Equal(format.Largest, Cast(name, format.Largest));
        Assert.True(double.IsInfinity(Cast(name, format.Largest + format.Spacing(format.Largest))));
    }

    /// <summary>A softmax of two: the lower weight is exactly zero in the format, also where the exponential is two units off.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_score_a_gap_below_has_no_weight(string name)
    {
        NumberFormat format = Of(name);
        double weight = Math.Exp(-format.ZeroGap) * (1 + (4 * SinglePrecision.Rounding));
        Assert.Equal(0, Cast(name, (float)weight));
        Assert.Equal(0, Cast(name, MathF.Exp(-(float)format.ZeroGap)));
    }

    private static NumberFormat Of(string name) => NumberFormat.All.Single(f => f.Name == name);

    /// <summary>A cast of a float for bf16; of the other formats from double, where no rounding comes first.</summary>
    private static double Cast(string name, double x) => name switch
    {
        "fp32" => (float)x,
        "fp16" => (double)(Half)x,
        _ => Arithmetic.Of(name).Round((float)x),
    };

    /// <summary>
    /// Powers of two from below the subnormals to beyond the largest, each with neighbours: on, between and just beside the
    /// format's numbers; and random ones. All are floats, but for fp32 and fp16, which take any double.
    /// </summary>
    private static IEnumerable<double> Numbers(NumberFormat format)
    {
        Random random = new(5);
        int least = format.LeastExponent - format.Precision - 1;
        int most = (int)Math.Ceiling(Math.Log2(format.Largest));
        yield return 0;
        for (int exponent = least; exponent <= most; exponent++)
        {
            for (int n = 0; n < 40; n++)
            {
                // n/4 spacings above the power of two: numbers, their quarters and their middles, of even and odd ones.
                double onGrid = Math.ScaleB(1 + Math.ScaleB(n, -format.Precision - 1), exponent);
                double anywhere = Math.ScaleB(1 + random.NextDouble(), exponent);
                foreach (double x in new[] { onGrid, anywhere })
                {
                    double number = format.Name == "bf16" ? (float)x : x;
                    if (double.IsInfinity(number)) continue;
                    yield return number;
                    yield return -number;
                }
            }
        }

        yield return format.Largest;
        yield return -format.Largest;
    }
}
