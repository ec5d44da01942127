using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Rasp.Format;

/// <summary>
/// The index of the code nearest to a number, the first of several, found in constant time where the codes lie evenly: the
/// range is divided into intervals, each of which knows how many of the borders between codes lie below it.
/// </summary>
internal sealed class NearestCode
{
    private const int IntervalsACode = 4;

    private readonly int[] indices;
    private readonly double[] borders;
    private readonly int[] below;
    private readonly double least;
    private readonly double scale;

    public NearestCode(ImmutableArray<double> codes)
    {
        (double Code, int Index)[] sorted = [.. codes.Select((c, i) => (c, i)).OrderBy(c => c.c).ThenBy(c => c.i).DistinctBy(c => c.c)];
        indices = [.. sorted.Select(c => c.Index)];
        least = sorted[0].Code;
        below = new int[(IntervalsACode * sorted.Length) + 1];
        scale = sorted.Length == 1 ? 0 : (below.Length - 1) / (sorted[^1].Code - least);
        borders = new double[sorted.Length];
        for (int i = 0; i + 1 < sorted.Length; i++)
        {
            // A number on the border belongs to the code that comes first.
            double middle = (sorted[i].Code + sorted[i + 1].Code) / 2;
            borders[i] = indices[i] < indices[i + 1] ? middle : Math.BitDecrement(middle);
            below[Interval(borders[i])]++;
        }

        borders[^1] = double.PositiveInfinity;
        int count = 0;
        for (int i = 0; i < below.Length; i++) (below[i], count) = (count, count + below[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(double reading)
    {
        // The interval rises with the number, so that borders of lower intervals are smaller.
        int code = below[Interval(reading)];
        while (reading > borders[code]) code++;
        return indices[code];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Interval(double number)
    {
        double interval = (number - least) * scale;
        return !(interval > 0) ? 0 : interval < below.Length - 1 ? (int)interval : below.Length - 1;
    }
}
