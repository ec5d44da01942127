namespace Benchmarks.Measuring;

/// <summary>Medians and quartiles of small samples.</summary>
internal static class Statistics
{
    /// <summary>The q-quantile, by linear interpolation between neighbours.</summary>
    internal static double Quantile(IReadOnlyCollection<double> values, double q)
    {
        double[] sorted = [.. values.Order()];
        double at = q * (sorted.Length - 1);
        int low = (int)at;
        int high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }

    /// <summary>The ratios x / y of each round.</summary>
    internal static double[] Ratios(Sample x, Sample y) => [.. x.Seconds.Zip(y.Seconds, (a, b) => a / b)];
}
