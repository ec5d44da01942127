using Rasp.Compiler.Lowering;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>
/// What a sum is off by at each of its numbers: where a term is zero, or held exactly, its largest error plays no part. Found from all the
/// combinations of what is added, where they are not too many.
/// </summary>
internal sealed class SumErrors(SumBound bound, NumberFormat format)
{
    private const int CombinationLimit = 20_000;

    /// <summary>Codes are apart by far more than this, and off by less when they are computed in another order.</summary>
    private const double SameCode = 1.0 / (1 << 20);

    private List<(double Sum, double Magnitude, double Error)>? combinations = [(0, 0, 0)];
    private (double Sum, double Magnitude, double Error)[]? sorted;

    /// <summary>Adds one of these numbers, off by <paramref name="own"/>.</summary>
    public void Add(IEnumerable<Rational> added, ErrorBound own)
    {
        double[] numbers = [.. added.Distinct().Select(x => x.ToDouble())];
        combinations = combinations is null || (long)combinations.Count * numbers.Length > CombinationLimit
            ? null
            : [.. combinations.SelectMany(c => numbers.Select(x => (c.Sum + x, c.Magnitude + Math.Abs(x), c.Error + own.At(x))))];
    }

    /// <summary>The largest error of a combination that adds up to the code; null where there is none, or too many.</summary>
    public double? At(double code)
    {
        if (combinations is null) return null;
        sorted ??= [.. combinations.OrderBy(c => c.Sum)];
        int at = Array.BinarySearch(sorted, (code - SameCode, 0, 0), Comparer<(double Sum, double, double)>.Create((a, b) => a.Sum.CompareTo(b.Sum)));
        double? largest = null;
        for (int i = at < 0 ? ~at : at; i < sorted.Length && sorted[i].Sum <= code + SameCode; i++) largest = Math.Max(largest ?? 0, Rounded(sorted[i].Magnitude, sorted[i].Error));
        return largest;
    }

    /// <summary>With the roundings of the partial sums: each by half a spacing, or, where all are held, no further than what they are off by.</summary>
    private double Rounded(double magnitude, double error)
    {
        double rounded = error;
        for (int i = 0; i < bound.Roundings; i++) rounded += format.Unit * (magnitude + rounded);
        return bound.Holds(format) ? Math.Min(rounded, Math.ScaleB(error, bound.Roundings)) : rounded;
    }
}
