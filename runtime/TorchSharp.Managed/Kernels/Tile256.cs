using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>The product tile of 6 rows by two 256-bit vectors, for the 16 registers of AVX2.</summary>
internal readonly unsafe struct Tile256 : ITile
{
    public static int Rows => 6;

    public static int Columns<T>() where T : unmanaged => 2 * Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(long depth, T* a, long rowStep, long depthStep, T* b, T* c, long stride, bool accumulate)
        where T : unmanaged
    {
        Vector256<T> c0l = default, c0r = default;
        Vector256<T> c1l = default, c1r = default;
        Vector256<T> c2l = default, c2r = default;
        Vector256<T> c3l = default, c3r = default;
        Vector256<T> c4l = default, c4r = default;
        Vector256<T> c5l = default, c5r = default;
        var width = Vector256<T>.Count;
        var a0 = a;
        var a3 = a + 3 * rowStep;
        var twice = 2 * rowStep;
        for (var k = depth; k > 0; k--)
        {
            var l = Vector256.Load(b);
            var r = Vector256.Load(b + width);
            var s0 = Vector256.Create(*a0);
            c0l = Fused.MultiplyAdd(s0, l, c0l);
            c0r = Fused.MultiplyAdd(s0, r, c0r);
            var s1 = Vector256.Create(a0[rowStep]);
            c1l = Fused.MultiplyAdd(s1, l, c1l);
            c1r = Fused.MultiplyAdd(s1, r, c1r);
            var s2 = Vector256.Create(a0[twice]);
            c2l = Fused.MultiplyAdd(s2, l, c2l);
            c2r = Fused.MultiplyAdd(s2, r, c2r);
            var s3 = Vector256.Create(*a3);
            c3l = Fused.MultiplyAdd(s3, l, c3l);
            c3r = Fused.MultiplyAdd(s3, r, c3r);
            var s4 = Vector256.Create(a3[rowStep]);
            c4l = Fused.MultiplyAdd(s4, l, c4l);
            c4r = Fused.MultiplyAdd(s4, r, c4r);
            var s5 = Vector256.Create(a3[twice]);
            c5l = Fused.MultiplyAdd(s5, l, c5l);
            c5r = Fused.MultiplyAdd(s5, r, c5r);
            b += 2 * width;
            a0 += depthStep;
            a3 += depthStep;
        }
        if (accumulate)
        {
            c0l += Vector256.Load(c);
            c0r += Vector256.Load(c + width);
            c1l += Vector256.Load(c + 1 * stride);
            c1r += Vector256.Load(c + 1 * stride + width);
            c2l += Vector256.Load(c + 2 * stride);
            c2r += Vector256.Load(c + 2 * stride + width);
            c3l += Vector256.Load(c + 3 * stride);
            c3r += Vector256.Load(c + 3 * stride + width);
            c4l += Vector256.Load(c + 4 * stride);
            c4r += Vector256.Load(c + 4 * stride + width);
            c5l += Vector256.Load(c + 5 * stride);
            c5r += Vector256.Load(c + 5 * stride + width);
        }
        c0l.Store(c);
        c0r.Store(c + width);
        c1l.Store(c + 1 * stride);
        c1r.Store(c + 1 * stride + width);
        c2l.Store(c + 2 * stride);
        c2r.Store(c + 2 * stride + width);
        c3l.Store(c + 3 * stride);
        c3r.Store(c + 3 * stride + width);
        c4l.Store(c + 4 * stride);
        c4r.Store(c + 4 * stride + width);
        c5l.Store(c + 5 * stride);
        c5r.Store(c + 5 * stride + width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyNarrow<T>(long depth, T* a, long rowStep, long depthStep, T* b, T* c, long stride, bool accumulate)
        where T : unmanaged
    {
        Vector256<T> c0l = default;
        Vector256<T> c1l = default;
        Vector256<T> c2l = default;
        Vector256<T> c3l = default;
        Vector256<T> c4l = default;
        Vector256<T> c5l = default;
        var width = Vector256<T>.Count;
        var a0 = a;
        var a3 = a + 3 * rowStep;
        var twice = 2 * rowStep;
        for (var k = depth; k > 0; k--)
        {
            var l = Vector256.Load(b);
            var s0 = Vector256.Create(*a0);
            c0l = Fused.MultiplyAdd(s0, l, c0l);
            var s1 = Vector256.Create(a0[rowStep]);
            c1l = Fused.MultiplyAdd(s1, l, c1l);
            var s2 = Vector256.Create(a0[twice]);
            c2l = Fused.MultiplyAdd(s2, l, c2l);
            var s3 = Vector256.Create(*a3);
            c3l = Fused.MultiplyAdd(s3, l, c3l);
            var s4 = Vector256.Create(a3[rowStep]);
            c4l = Fused.MultiplyAdd(s4, l, c4l);
            var s5 = Vector256.Create(a3[twice]);
            c5l = Fused.MultiplyAdd(s5, l, c5l);
            b += width;
            a0 += depthStep;
            a3 += depthStep;
        }
        if (accumulate)
        {
            c0l += Vector256.Load(c);
            c1l += Vector256.Load(c + 1 * stride);
            c2l += Vector256.Load(c + 2 * stride);
            c3l += Vector256.Load(c + 3 * stride);
            c4l += Vector256.Load(c + 4 * stride);
            c5l += Vector256.Load(c + 5 * stride);
        }
        c0l.Store(c);
        c1l.Store(c + 1 * stride);
        c2l.Store(c + 2 * stride);
        c3l.Store(c + 3 * stride);
        c4l.Store(c + 4 * stride);
        c5l.Store(c + 5 * stride);
    }
}
