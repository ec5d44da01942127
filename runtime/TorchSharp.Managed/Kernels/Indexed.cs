using System.Numerics;

namespace TorchSharp;

/// <summary>Reads and writes of lines chosen by indices; indices are checked before these run.</summary>
internal static unsafe class Indexed
{
    /// <summary>y[o, k, :] = x[o, index[k], :].</summary>
    internal static void Select<T>(T* x, long* index, T* y, long outer, long from, long to, long inner) where T : unmanaged
    {
        for (long o = 0; o < outer; o++)
            for (long k = 0; k < to; k++)
                Buffer.MemoryCopy(x + (o * from + index[k]) * inner, y + (o * to + k) * inner, inner * sizeof(T), inner * sizeof(T));
    }

    /// <summary>y[o, index[k], :] += x[o, k, :], or = without <paramref name="adds"/>.</summary>
    internal static void Put<T>(T* x, long* index, T* y, long outer, long from, long to, long inner, bool adds) where T : unmanaged, INumber<T>
    {
        for (long o = 0; o < outer; o++)
        {
            for (long k = 0; k < from; k++)
            {
                T* source = x + (o * from + k) * inner, target = y + (o * to + index[k]) * inner;
                if (adds) Reductions.Accumulate(target, source, inner);
                else Buffer.MemoryCopy(source, target, inner * sizeof(T), inner * sizeof(T));
            }
        }
    }

    /// <summary>
    /// Element-wise along one dimension: for every position p of the index tensor, the element of x at p with its coordinate along
    /// the dimension replaced by index[p]. The loop's first operand walks x (with step 0 along the dimension), the second the index.
    /// </summary>
    internal static void Gather<T>(Loop loop, T* x, long* index, T* y, long step) where T : unmanaged
    {
        var n = loop.Inner;
        var outer = loop.Outer;
        var at = loop.At(0);
        for (long o = 0; o < outer; o++, y += n)
        {
            for (long i = 0; i < n; i++) y[i] = x[at.First + i * loop.FirstStep + index[at.Second + i * loop.SecondStep] * step];
            loop.Advance(ref at);
        }
    }

    /// <summary>The reverse: x's elements so chosen are set to, or increased by, the source's (third operand).</summary>
    internal static void Scatter<T>(Loop loop, T* x, long* index, T* source, long step, bool adds) where T : unmanaged, INumber<T>
    {
        var n = loop.Inner;
        var outer = loop.Outer;
        var at = loop.At(0);
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < n; i++)
            {
                var target = x + at.First + i * loop.FirstStep + index[at.Second + i * loop.SecondStep] * step;
                var value = source[at.Third + i * loop.ThirdStep];
                *target = adds ? *target + value : value;
            }
            loop.Advance(ref at);
        }
    }
}
