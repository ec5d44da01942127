using Rasp.Compiler.Lowering;

namespace Rasp.Compiler.Certification;

/// <summary>
/// What each mean of whole numbers is off by, found by computing it: all selected keys have one weight, 1/w rounded, a whole multiple of which is
/// exact in fp32 and then rounded.
/// <code>
/// Σ x / w → round(round(1/w)·Σ x)
/// </code>
/// </summary>
internal static class MeanErrors
{
    private const int CombinationLimit = 20_000;

    /// <summary>
    /// By mean, of up to <paramref name="largest"/> numbers from <paramref name="low"/> to <paramref name="high"/>, weights off by
    /// <paramref name="weightError"/> before they are rounded; null where sums are not exact in fp32, or too many.
    /// </summary>
    public static Dictionary<double, Interval>? Of(NumberFormat format, int largest, long low, long high, double weightError)
    {
        double most = (double)largest * Math.Max(Math.Abs(low), Math.Abs(high));
        bool isExact = Math.ScaleB(most, format.Precision) <= SinglePrecision.ExactIntegers;
        if (!isExact || (double)largest * (largest + 1) / 2 * (high - low + 1) > CombinationLimit) return null;
        Dictionary<double, Interval> errors = [];
        for (int w = 1; w <= largest; w++)
        {
            double least = format.Round((1 - weightError) / w);
            double greatest = format.Round((1 + weightError) / w);
            for (long sum = w * low; sum <= w * high; sum++)
            {
                double mean = (double)sum / w;
                double first = format.Round(sum * least) - mean;
                double second = format.Round(sum * greatest) - mean;
                errors[mean] = errors.GetValueOrDefault(mean).With(first).With(second);
            }
        }

        return errors;
    }

    /// <summary>A bound for all: an error at zero, and a relative one.</summary>
    public static ErrorBound Bound(Dictionary<double, Interval> errors) => new(
        errors.GetValueOrDefault(0).Largest, errors.Where(e => e.Key != 0).Select(e => e.Value.Largest / Math.Abs(e.Key)).DefaultIfEmpty().Max());
}
