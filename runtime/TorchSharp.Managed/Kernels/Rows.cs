using System.Numerics;

namespace TorchSharp;

/// <summary>Operations along one dimension of a contiguous (outer, length, inner) block.</summary>
internal static unsafe class Rows
{
    /// <summary>The index of each line's largest (or smallest) element; the first of equals, and NaN before all.</summary>
    internal static void ArgExtremum<T>(T* x, long* index, long outer, long length, long inner, bool largest) where T : unmanaged, INumber<T>
    {
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                var line = x + o * length * inner + i;
                var best = line[0];
                long at = 0;
                for (long k = 1; k < length && !T.IsNaN(best); k++)
                {
                    var value = line[k * inner];
                    if (largest ? value > best : value < best) (best, at) = (value, k);
                    else if (T.IsNaN(value)) (best, at) = (value, k);
                }
                index[o * inner + i] = at;
            }
        }
    }

    internal static void Cumulate<T>(T* x, T* y, long outer, long length, long inner, bool reverse) where T : unmanaged, INumber<T>
    {
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                var sum = T.Zero;
                var start = o * length * inner + i;
                for (long k = 0; k < length; k++)
                {
                    var at = start + (reverse ? length - 1 - k : k) * inner;
                    y[at] = sum += x[at];
                }
            }
        }
    }

    /// <summary>Sorts each contiguous row stably, NaN as the largest, and says where each element came from.</summary>
    internal static void Sort<T>(T* x, T* values, long* index, long rows, long length, bool descending) where T : unmanaged, INumber<T>
    {
        var order = new long[length];
        var line = new T[length];
        for (long r = 0; r < rows; r++)
        {
            for (long k = 0; k < length; k++)
            {
                order[k] = k;
                line[k] = x[r * length + k];
            }
            var keys = line;
            Array.Sort(order, (a, b) =>
            {
                var c = Compare(keys[a], keys[b]);
                if (descending) c = -c;
                return c != 0 ? c : a.CompareTo(b);
            });
            for (long k = 0; k < length; k++)
            {
                index[r * length + k] = order[k];
                values[r * length + k] = line[order[k]];
            }
        }
    }

    private static int Compare<T>(T x, T y) where T : unmanaged, INumber<T>
    {
        bool a = T.IsNaN(x), b = T.IsNaN(y);
        return a || b ? a.CompareTo(b) : x.CompareTo(y);
    }

    /// <summary>y[o, k, i] = x[o, index[o, k, i], i] over lines of the given lengths.</summary>
    internal static void Gather<T>(T* x, long* index, T* y, long outer, long from, long to, long inner) where T : unmanaged
    {
        for (long o = 0; o < outer; o++)
            for (long k = 0; k < to; k++)
                for (long i = 0; i < inner; i++)
                    y[(o * to + k) * inner + i] = x[(o * from + index[(o * to + k) * inner + i]) * inner + i];
    }
}
