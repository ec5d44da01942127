using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>The product tile of 12 rows by two 512-bit vectors: 24 accumulators, two operands and a broadcast fill the 32 registers of AVX-512.</summary>
internal readonly unsafe struct Tile512 : ITile
{
    public static int Rows => 12;

    public static int Columns<T>() where T : unmanaged => 2 * Vector512<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(long depth, T* a, long rowStep, long depthStep, T* b, T* c, long stride, bool accumulate)
        where T : unmanaged
    {
        Vector512<T> c0l = default, c0r = default;
        Vector512<T> c1l = default, c1r = default;
        Vector512<T> c2l = default, c2r = default;
        Vector512<T> c3l = default, c3r = default;
        Vector512<T> c4l = default, c4r = default;
        Vector512<T> c5l = default, c5r = default;
        Vector512<T> c6l = default, c6r = default;
        Vector512<T> c7l = default, c7r = default;
        Vector512<T> c8l = default, c8r = default;
        Vector512<T> c9l = default, c9r = default;
        Vector512<T> c10l = default, c10r = default;
        Vector512<T> c11l = default, c11r = default;
        var width = Vector512<T>.Count;
        var a0 = a;
        var a3 = a + 3 * rowStep;
        var a6 = a + 6 * rowStep;
        var a9 = a + 9 * rowStep;
        var twice = 2 * rowStep;
        for (var k = depth; k > 0; k--)
        {
            var l = Vector512.Load(b);
            var r = Vector512.Load(b + width);
            var s0 = Vector512.Create(*a0);
            c0l = Fused.MultiplyAdd(s0, l, c0l);
            c0r = Fused.MultiplyAdd(s0, r, c0r);
            var s1 = Vector512.Create(a0[rowStep]);
            c1l = Fused.MultiplyAdd(s1, l, c1l);
            c1r = Fused.MultiplyAdd(s1, r, c1r);
            var s2 = Vector512.Create(a0[twice]);
            c2l = Fused.MultiplyAdd(s2, l, c2l);
            c2r = Fused.MultiplyAdd(s2, r, c2r);
            var s3 = Vector512.Create(*a3);
            c3l = Fused.MultiplyAdd(s3, l, c3l);
            c3r = Fused.MultiplyAdd(s3, r, c3r);
            var s4 = Vector512.Create(a3[rowStep]);
            c4l = Fused.MultiplyAdd(s4, l, c4l);
            c4r = Fused.MultiplyAdd(s4, r, c4r);
            var s5 = Vector512.Create(a3[twice]);
            c5l = Fused.MultiplyAdd(s5, l, c5l);
            c5r = Fused.MultiplyAdd(s5, r, c5r);
            var s6 = Vector512.Create(*a6);
            c6l = Fused.MultiplyAdd(s6, l, c6l);
            c6r = Fused.MultiplyAdd(s6, r, c6r);
            var s7 = Vector512.Create(a6[rowStep]);
            c7l = Fused.MultiplyAdd(s7, l, c7l);
            c7r = Fused.MultiplyAdd(s7, r, c7r);
            var s8 = Vector512.Create(a6[twice]);
            c8l = Fused.MultiplyAdd(s8, l, c8l);
            c8r = Fused.MultiplyAdd(s8, r, c8r);
            var s9 = Vector512.Create(*a9);
            c9l = Fused.MultiplyAdd(s9, l, c9l);
            c9r = Fused.MultiplyAdd(s9, r, c9r);
            var s10 = Vector512.Create(a9[rowStep]);
            c10l = Fused.MultiplyAdd(s10, l, c10l);
            c10r = Fused.MultiplyAdd(s10, r, c10r);
            var s11 = Vector512.Create(a9[twice]);
            c11l = Fused.MultiplyAdd(s11, l, c11l);
            c11r = Fused.MultiplyAdd(s11, r, c11r);
            b += 2 * width;
            a0 += depthStep;
            a3 += depthStep;
            a6 += depthStep;
            a9 += depthStep;
        }
        if (accumulate)
        {
            c0l += Vector512.Load(c);
            c0r += Vector512.Load(c + width);
            c1l += Vector512.Load(c + 1 * stride);
            c1r += Vector512.Load(c + 1 * stride + width);
            c2l += Vector512.Load(c + 2 * stride);
            c2r += Vector512.Load(c + 2 * stride + width);
            c3l += Vector512.Load(c + 3 * stride);
            c3r += Vector512.Load(c + 3 * stride + width);
            c4l += Vector512.Load(c + 4 * stride);
            c4r += Vector512.Load(c + 4 * stride + width);
            c5l += Vector512.Load(c + 5 * stride);
            c5r += Vector512.Load(c + 5 * stride + width);
            c6l += Vector512.Load(c + 6 * stride);
            c6r += Vector512.Load(c + 6 * stride + width);
            c7l += Vector512.Load(c + 7 * stride);
            c7r += Vector512.Load(c + 7 * stride + width);
            c8l += Vector512.Load(c + 8 * stride);
            c8r += Vector512.Load(c + 8 * stride + width);
            c9l += Vector512.Load(c + 9 * stride);
            c9r += Vector512.Load(c + 9 * stride + width);
            c10l += Vector512.Load(c + 10 * stride);
            c10r += Vector512.Load(c + 10 * stride + width);
            c11l += Vector512.Load(c + 11 * stride);
            c11r += Vector512.Load(c + 11 * stride + width);
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
        c6l.Store(c + 6 * stride);
        c6r.Store(c + 6 * stride + width);
        c7l.Store(c + 7 * stride);
        c7r.Store(c + 7 * stride + width);
        c8l.Store(c + 8 * stride);
        c8r.Store(c + 8 * stride + width);
        c9l.Store(c + 9 * stride);
        c9r.Store(c + 9 * stride + width);
        c10l.Store(c + 10 * stride);
        c10r.Store(c + 10 * stride + width);
        c11l.Store(c + 11 * stride);
        c11r.Store(c + 11 * stride + width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyNarrow<T>(long depth, T* a, long rowStep, long depthStep, T* b, T* c, long stride, bool accumulate)
        where T : unmanaged
    {
        Vector512<T> c0l = default;
        Vector512<T> c1l = default;
        Vector512<T> c2l = default;
        Vector512<T> c3l = default;
        Vector512<T> c4l = default;
        Vector512<T> c5l = default;
        Vector512<T> c6l = default;
        Vector512<T> c7l = default;
        Vector512<T> c8l = default;
        Vector512<T> c9l = default;
        Vector512<T> c10l = default;
        Vector512<T> c11l = default;
        var width = Vector512<T>.Count;
        var a0 = a;
        var a3 = a + 3 * rowStep;
        var a6 = a + 6 * rowStep;
        var a9 = a + 9 * rowStep;
        var twice = 2 * rowStep;
        for (var k = depth; k > 0; k--)
        {
            var l = Vector512.Load(b);
            var s0 = Vector512.Create(*a0);
            c0l = Fused.MultiplyAdd(s0, l, c0l);
            var s1 = Vector512.Create(a0[rowStep]);
            c1l = Fused.MultiplyAdd(s1, l, c1l);
            var s2 = Vector512.Create(a0[twice]);
            c2l = Fused.MultiplyAdd(s2, l, c2l);
            var s3 = Vector512.Create(*a3);
            c3l = Fused.MultiplyAdd(s3, l, c3l);
            var s4 = Vector512.Create(a3[rowStep]);
            c4l = Fused.MultiplyAdd(s4, l, c4l);
            var s5 = Vector512.Create(a3[twice]);
            c5l = Fused.MultiplyAdd(s5, l, c5l);
            var s6 = Vector512.Create(*a6);
            c6l = Fused.MultiplyAdd(s6, l, c6l);
            var s7 = Vector512.Create(a6[rowStep]);
            c7l = Fused.MultiplyAdd(s7, l, c7l);
            var s8 = Vector512.Create(a6[twice]);
            c8l = Fused.MultiplyAdd(s8, l, c8l);
            var s9 = Vector512.Create(*a9);
            c9l = Fused.MultiplyAdd(s9, l, c9l);
            var s10 = Vector512.Create(a9[rowStep]);
            c10l = Fused.MultiplyAdd(s10, l, c10l);
            var s11 = Vector512.Create(a9[twice]);
            c11l = Fused.MultiplyAdd(s11, l, c11l);
            b += width;
            a0 += depthStep;
            a3 += depthStep;
            a6 += depthStep;
            a9 += depthStep;
        }
        if (accumulate)
        {
            c0l += Vector512.Load(c);
            c1l += Vector512.Load(c + 1 * stride);
            c2l += Vector512.Load(c + 2 * stride);
            c3l += Vector512.Load(c + 3 * stride);
            c4l += Vector512.Load(c + 4 * stride);
            c5l += Vector512.Load(c + 5 * stride);
            c6l += Vector512.Load(c + 6 * stride);
            c7l += Vector512.Load(c + 7 * stride);
            c8l += Vector512.Load(c + 8 * stride);
            c9l += Vector512.Load(c + 9 * stride);
            c10l += Vector512.Load(c + 10 * stride);
            c11l += Vector512.Load(c + 11 * stride);
        }
        c0l.Store(c);
        c1l.Store(c + 1 * stride);
        c2l.Store(c + 2 * stride);
        c3l.Store(c + 3 * stride);
        c4l.Store(c + 4 * stride);
        c5l.Store(c + 5 * stride);
        c6l.Store(c + 6 * stride);
        c7l.Store(c + 7 * stride);
        c8l.Store(c + 8 * stride);
        c9l.Store(c + 9 * stride);
        c10l.Store(c + 10 * stride);
        c11l.Store(c + 11 * stride);
    }
}
