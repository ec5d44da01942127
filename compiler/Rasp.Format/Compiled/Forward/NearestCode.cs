using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Rasp.Format;

/// <summary>
/// The index of the code nearest to a number, the first of several, found in constant time where the codes lie evenly: the
/// range is divided into intervals, each of which knows how many codes lie below it.
/// </summary>
internal sealed class NearestCode
{
    private const int IntervalsACode = 4;

    private readonly double[] codes;
    private readonly int[] indices;
    private readonly int[] below;
    private readonly double scale;

    public NearestCode(ImmutableArray<double> codes)
    {
        (double Code, int Index)[] sorted = [.. codes.Select((c, i) => (c, i)).OrderBy(c => c.c).ThenBy(c => c.i).DistinctBy(c => c.c)];
        this.codes = [.. sorted.Select(c => c.Code)];
        indices = [.. sorted.Select(c => c.Index)];
        below = new int[(IntervalsACode * sorted.Length) + 1];
        scale = sorted.Length == 1 ? 0 : (below.Length - 1) / (sorted[^1].Code - sorted[0].Code);
        for (int i = 0; i < sorted.Length; i++) below[Interval(sorted[i].Code)]++;
        // Counts up to and including an interval, then those before it.
        for (int i = 1; i < below.Length; i++) below[i] += below[i - 1];
        for (int i = below.Length - 1; i > 0; i--) below[i] = below[i - 1];
        below[0] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(double reading)
    {
        // The interval rises with the number, so that codes of lower intervals are smaller.
        int above = below[Interval(reading)];
        while (above < codes.Length && codes[above] < reading) above++;
        if (above == 0) return indices[0];
        if (above == codes.Length) return indices[above - 1];
        (double down, double up) = (Math.Abs(codes[above - 1] - reading), Math.Abs(codes[above] - reading));
        return down < up || (down == up && indices[above - 1] < indices[above]) ? indices[above - 1] : indices[above];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Interval(double number)
    {
        double interval = (number - codes[0]) * scale;
        return !(interval > 0) ? 0 : interval < below.Length - 1 ? (int)interval : below.Length - 1;
    }
}
