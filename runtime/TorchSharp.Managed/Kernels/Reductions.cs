using System.Numerics;

namespace TorchSharp;

/// <summary>
/// Sums over some dimensions of a strided operand. The loops are the kept dimensions (their order is the output's) and the
/// reduced ones. Partial sums are cut at fixed places, so the result does not depend on the number of threads.
/// </summary>
internal static unsafe class Reductions
{
    private const long ColumnBlock = 128;

    internal static void Sum<T>(in Loop kept, in Loop reduced, T* x, T* y) where T : unmanaged, INumber<T>
    {
        var reducedCount = reduced.Outer * reduced.Inner;
        if (kept.Rank > 0 && kept.FirstStep == 1 && !(reduced.Rank > 0 && reduced.FirstStep == 1))
            Workers.Run(new ColumnJob<T> { Kept = kept, Reduced = reduced, X = x, Y = y },
                kept.Outer * ColumnJob<T>.Strips(kept.Inner), Math.Max(1, Elementwise.Grain / Math.Max(1, reducedCount * ColumnJob<T>.Strip)));
        else
            Workers.Run(new RowJob<T> { Kept = kept, Reduced = reduced, X = x, Y = y },
                kept.Outer * kept.Inner, Math.Max(1, Elementwise.Grain / Math.Max(1, reducedCount)));
    }

    /// <summary>Σ x, four vectors at a time.</summary>
    internal static T Row<T>(T* x, long n) where T : unmanaged, INumber<T>
    {
        var sum = T.Zero;
        long i = 0;
        if (Vector<T>.IsSupported && n >= Vector<T>.Count)
        {
            Vector<T> a = default, b = default, c = default, d = default;
            for (; i + 4 * Vector<T>.Count <= n; i += 4 * Vector<T>.Count)
            {
                a += Vector.Load(x + i);
                b += Vector.Load(x + i + Vector<T>.Count);
                c += Vector.Load(x + i + 2 * Vector<T>.Count);
                d += Vector.Load(x + i + 3 * Vector<T>.Count);
            }
            for (; i + Vector<T>.Count <= n; i += Vector<T>.Count) a += Vector.Load(x + i);
            sum = Vector.Sum(a + b + (c + d));
        }
        for (; i < n; i++) sum += x[i];
        return sum;
    }

    /// <summary>Σ x·y.</summary>
    internal static T Dot<T>(T* x, T* y, long n) where T : unmanaged, INumber<T>
    {
        var sum = T.Zero;
        long i = 0;
        if (Vector<T>.IsSupported && n >= Vector<T>.Count)
        {
            Vector<T> a = default, b = default;
            for (; i + 2 * Vector<T>.Count <= n; i += 2 * Vector<T>.Count)
            {
                a += Vector.Load(x + i) * Vector.Load(y + i);
                b += Vector.Load(x + i + Vector<T>.Count) * Vector.Load(y + i + Vector<T>.Count);
            }
            for (; i + Vector<T>.Count <= n; i += Vector<T>.Count) a += Vector.Load(x + i) * Vector.Load(y + i);
            sum = Vector.Sum(a + b);
        }
        for (; i < n; i++) sum += x[i] * y[i];
        return sum;
    }

    private struct RowJob<T> : IJob where T : unmanaged, INumber<T>
    {
        internal Loop Kept;
        internal Loop Reduced;
        internal T* X;
        internal T* Y;

        public void Run(long start, long end)
        {
            var inner = Kept.Inner;
            var outer = start / inner;
            var i = start % inner;
            var at = Kept.At(outer);
            for (var k = start; k < end; k++)
            {
                Y[k] = Total(X + at.First + i * Kept.FirstStep);
                if (++i < inner) continue;
                i = 0;
                Kept.Advance(ref at);
            }
        }

        private T Total(T* x)
        {
            var n = Reduced.Inner;
            var step = Reduced.FirstStep;
            var outer = Reduced.Outer;
            var at = Reduced.At(0);
            var sum = T.Zero;
            for (long o = 0; o < outer; o++)
            {
                if (step == 1 || n == 1) sum += Reductions.Row(x + at.First, n);
                else
                {
                    var part = T.Zero;
                    for (long i = 0; i < n; i++) part += x[at.First + i * step];
                    sum += part;
                }
                Reduced.Advance(ref at);
            }
            return sum;
        }
    }

    // The kept dimension is contiguous: whole strips of it are added, row after row.
    private struct ColumnJob<T> : IJob where T : unmanaged, INumber<T>
    {
        internal const int Strip = 64;
        internal Loop Kept;
        internal Loop Reduced;
        internal T* X;
        internal T* Y;

        internal static long Strips(long n) => (n + Strip - 1) / Strip;

        public void Run(long start, long end)
        {
            var strips = Strips(Kept.Inner);
            for (var k = start; k < end; k++)
            {
                var outer = k / strips;
                var column = k % strips * Strip;
                var width = (int)Math.Min(Strip, Kept.Inner - column);
                Total(X + Kept.At(outer).First + column, Y + outer * Kept.Inner + column, width);
            }
        }

        private void Total(T* x, T* y, int width)
        {
            var block = stackalloc T[Strip];
            new Span<T>(y, width).Clear();
            var n = Reduced.Inner;
            var step = Reduced.FirstStep;
            var outer = Reduced.Outer;
            var at = Reduced.At(0);
            for (long o = 0; o < outer; o++)
            {
                for (long b = 0; b < n; b += ColumnBlock)
                {
                    new Span<T>(block, width).Clear();
                    var last = Math.Min(n, b + ColumnBlock);
                    for (var i = b; i < last; i++) Accumulate(block, x + at.First + i * step, width);
                    Accumulate(y, block, width);
                }
                Reduced.Advance(ref at);
            }
        }
    }

    internal static void Accumulate<T>(T* y, T* x, long n) where T : unmanaged, INumber<T>
    {
        long i = 0;
        if (Vector<T>.IsSupported)
            for (; i + Vector<T>.Count <= n; i += Vector<T>.Count) (Vector.Load(y + i) + Vector.Load(x + i)).Store(y + i);
        for (; i < n; i++) y[i] += x[i];
    }
}
