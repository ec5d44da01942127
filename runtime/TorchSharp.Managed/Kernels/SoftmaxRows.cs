using System.Numerics;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>Softmax, its logarithm and their gradients along contiguous rows.</summary>
internal static unsafe class SoftmaxRows
{
    internal static void Forward<T>(T* x, T* y, long rows, long width, bool log) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.Run(new ForwardJob<T> { X = x, Y = y, Width = width, Log = log }, rows, Math.Max(1, Elementwise.Grain / 4 / width));

    /// <summary>dx from dy and the output y: y·(dy − Σ dy·y), or dy − e^y · Σ dy for the logarithm.</summary>
    internal static void Backward<T>(T* dy, T* y, T* dx, long rows, long width, bool log) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.Run(new BackwardJob<T> { Dy = dy, Y = y, Dx = dx, Width = width, Log = log }, rows, Math.Max(1, Elementwise.Grain / 4 / width));

    internal static T Largest<T>(T* x, long n) where T : unmanaged, INumber<T>
    {
        long i = 0;
        var best = x[0];
        if (n >= Vector<T>.Count)
        {
            var v = Vector.Load(x);
            for (i = Vector<T>.Count; i + Vector<T>.Count <= n; i += Vector<T>.Count) v = Vector.MaxNative(v, Vector.Load(x + i));
            for (var k = 0; k < Vector<T>.Count; k++) best = v[k] > best ? v[k] : best;
        }
        for (; i < n; i++) best = x[i] > best ? x[i] : best;
        return best;
    }

    /// <summary>Σ e^(x − shift), storing the terms where <paramref name="y"/> is given; no x is much above the shift.</summary>
    internal static T SumOfExponentials<T>(T* x, T shift, T* y, long n) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> sum = default, s = new(shift);
        var total = T.Zero;
        long i = 0;
        if (typeof(T) == typeof(float) && Vector512.IsHardwareAccelerated)
        {
            var (wide, top) = (Vector512<float>.Zero, Vector512.Create(float.CreateTruncating(shift)));
            for (; i + Vector512<float>.Count <= n; i += Vector512<float>.Count)
            {
                var e = VectorMath.ExpNonPositive(Vector512.Load((float*)x + i) - top);
                if (y != null) e.Store((float*)y + i);
                wide += e;
            }
            total = T.CreateTruncating(Vector512.Sum(wide));
        }
        for (; i + Vector<T>.Count <= n; i += Vector<T>.Count)
        {
            var e = VectorMath.Exp(Vector.Load(x + i) - s);
            if (y != null) e.Store(y + i);
            sum += e;
        }
        total += Vector.Sum(sum);
        for (; i < n; i++)
        {
            var e = T.Exp(x[i] - shift);
            if (y != null) y[i] = e;
            total += e;
        }
        return total;
    }

    internal static void Scale<T>(T* x, T factor, long n) where T : unmanaged, INumber<T>
    {
        var f = new Vector<T>(factor);
        long i = 0;
        for (; i + Vector<T>.Count <= n; i += Vector<T>.Count) (Vector.Load(x + i) * f).Store(x + i);
        for (; i < n; i++) x[i] *= factor;
    }

    private struct ForwardJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal T* X;
        internal T* Y;
        internal long Width;
        internal bool Log;

        public readonly void Run(long start, long end)
        {
            for (var r = start; r < end; r++)
            {
                T* x = X + r * Width, y = Y + r * Width;
                var peak = Largest(x, Width);
                if (!Log)
                {
                    var total = SumOfExponentials(x, peak, y, Width);
                    Scale(y, T.One / total, Width);
                    continue;
                }
                // (x − peak) − log Σ: the difference of the large numbers first, while it is exact.
                var log = T.Log(SumOfExponentials(x, peak, null, Width));
                Vector<T> p = new(peak), l = new(log);
                long i = 0;
                for (; i + Vector<T>.Count <= Width; i += Vector<T>.Count) (Vector.Load(x + i) - p - l).Store(y + i);
                for (; i < Width; i++) y[i] = x[i] - peak - log;
            }
        }
    }

    private struct BackwardJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal T* Dy;
        internal T* Y;
        internal T* Dx;
        internal long Width;
        internal bool Log;

        public readonly void Run(long start, long end)
        {
            for (var r = start; r < end; r++)
            {
                T* dy = Dy + r * Width, y = Y + r * Width, dx = Dx + r * Width;
                var sum = Log ? Reductions.Row(dy, Width) : Reductions.Dot(dy, y, Width);
                var s = new Vector<T>(sum);
                long i = 0;
                for (; i + Vector<T>.Count <= Width; i += Vector<T>.Count)
                {
                    Vector<T> g = Vector.Load(dy + i), v = Vector.Load(y + i);
                    (Log ? g - VectorMath.Exp(v) * s : v * (g - s)).Store(dx + i);
                }
                for (; i < Width; i++) dx[i] = Log ? dy[i] - T.Exp(y[i]) * sum : y[i] * (dy[i] - sum);
            }
        }
    }
}
