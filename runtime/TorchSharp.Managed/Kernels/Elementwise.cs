using System.Numerics;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>Loops that apply one function to every element; outputs are contiguous.</summary>
internal static unsafe class Elementwise
{
    /// <summary>Elements a thread should have before a second one is worth its start.</summary>
    internal const long Grain = 16384;

    /// <summary>
    /// Flat runs are cut at multiples of the widest vector: the last elements of a run go through the scalar form of a function,
    /// which may round differently, and must be the same whatever the number of threads.
    /// </summary>
    internal const long Block = 64;

    internal static void Unary<T, TOp>(T* x, T* y, long n) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TOp : IFloatUnary =>
        Workers.Run(new UnaryJob<T, TOp> { X = x, Y = y }, n, Grain, Block);

    /// <summary>z = f(x, y), the loop's first and second operands.</summary>
    internal static void Binary<T, TOp>(in Loop loop, T* x, T* y, T* z) where T : unmanaged, INumber<T> where TOp : IBinary
    {
        var job = new BinaryJob<T, TOp> { Loop = loop, X = x, Y = y, Z = z };
        if (loop.Rank <= 1) Workers.Run(job, loop.Inner, Grain, Block);
        else Workers.Run(job, loop.Outer, Math.Max(1, Grain / loop.Inner));
    }

    internal static void Compare<T, TOp>(in Loop loop, T* x, T* y, byte* z) where T : unmanaged, INumber<T> where TOp : IPredicate
    {
        var n = loop.Inner;
        long s0 = loop.FirstStep, s1 = loop.SecondStep;
        var outer = loop.Outer;
        var at = loop.At(0);
        for (long o = 0; o < outer; o++, z += n)
        {
            T* a = x + at.First, b = y + at.Second;
            for (long i = 0; i < n; i++) z[i] = TOp.Of(a[i * s0], b[i * s1]) ? (byte)1 : (byte)0;
            loop.Advance(ref at);
        }
    }

    /// <summary>z = condition ? x : y, the loop's operands in that order.</summary>
    internal static void Select<T>(in Loop loop, byte* condition, T* x, T* y, T* z) where T : unmanaged
    {
        var n = loop.Inner;
        long s0 = loop.FirstStep, s1 = loop.SecondStep, s2 = loop.ThirdStep;
        var outer = loop.Outer;
        var at = loop.At(0);
        for (long o = 0; o < outer; o++, z += n)
        {
            var c = condition + at.First;
            T* a = x + at.Second, b = y + at.Third;
            for (long i = 0; i < n; i++) z[i] = c[i * s0] != 0 ? a[i * s1] : b[i * s2];
            loop.Advance(ref at);
        }
    }

    private struct UnaryJob<T, TOp> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T> where TOp : IFloatUnary
    {
        internal T* X;
        internal T* Y;

        public readonly void Run(long start, long end)
        {
            T* x = X, y = Y;
            var i = start;
            if (typeof(T) == typeof(float) && TOp.IsWide && Vector512.IsHardwareAccelerated)
            {
                for (; i + Vector512<float>.Count <= end; i += Vector512<float>.Count) TOp.Of(Vector512.Load((float*)x + i)).Store((float*)y + i);
            }
            for (; i + Vector<T>.Count <= end; i += Vector<T>.Count) TOp.Of(Vector.Load(x + i)).Store(y + i);
            for (; i < end; i++) y[i] = TOp.Of(x[i]);
        }
    }

    private struct BinaryJob<T, TOp> : IJob where T : unmanaged, INumber<T> where TOp : IBinary
    {
        internal Loop Loop;
        internal T* X;
        internal T* Y;
        internal T* Z;

        public void Run(long start, long end)
        {
            if (Loop.Rank <= 1)
            {
                Row(X + start * Loop.FirstStep, Loop.FirstStep, Y + start * Loop.SecondStep, Loop.SecondStep, Z + start, end - start);
                return;
            }
            var n = Loop.Inner;
            var at = Loop.At(start);
            for (var o = start; o < end; o++)
            {
                Row(X + at.First, Loop.FirstStep, Y + at.Second, Loop.SecondStep, Z + o * n, n);
                Loop.Advance(ref at);
            }
        }

        private static void Row(T* x, long sx, T* y, long sy, T* z, long n)
        {
            long i = 0;
            if (Vector<T>.IsSupported)
            {
                if (sx == 1 && sy == 1)
                {
                    if (typeof(T) == typeof(float) && TOp.IsWide && Vector512.IsHardwareAccelerated)
                    {
                        for (; i + Vector512<float>.Count <= n; i += Vector512<float>.Count)
                            TOp.Of(Vector512.Load((float*)x + i), Vector512.Load((float*)y + i)).Store((float*)z + i);
                    }
                    for (; i + Vector<T>.Count <= n; i += Vector<T>.Count) TOp.Of(Vector.Load(x + i), Vector.Load(y + i)).Store(z + i);
                }
                else if (sx == 1 && sy == 0)
                {
                    var b = new Vector<T>(*y);
                    for (; i + Vector<T>.Count <= n; i += Vector<T>.Count) TOp.Of(Vector.Load(x + i), b).Store(z + i);
                }
                else if (sx == 0 && sy == 1)
                {
                    var a = new Vector<T>(*x);
                    for (; i + Vector<T>.Count <= n; i += Vector<T>.Count) TOp.Of(a, Vector.Load(y + i)).Store(z + i);
                }
            }
            for (; i < n; i++) z[i] = TOp.Of(x[i * sx], y[i * sy]);
        }
    }
}
