using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>The product tile of up to 12 rows by two 512-bit vectors: 24 accumulators, two operands and a broadcast fit the 32 registers of AVX-512.</summary>
internal readonly unsafe struct Tile512 : ITile
{
    public static int Rows => 12;

    public static int Columns<T>() where T : unmanaged => 2 * Vector512<T>.Count;

    // Accumulators are locals of one vector type, written out, since only those are sure to live in registers: hence a file a width.
    // The accumulators of rows or columns that the shape lacks, and the lines under its conditions, are gone from the compiled code.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T, TShape>(long depth, Strided<T> a, T* b, long panelStep, T* c, long stride, bool accumulate)
        where T : unmanaged where TShape : ITileShape
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
        var step = a.RowStep;
        var next = a.ColumnStep;
        var a0 = a.Data + 0 * step;
        var a1 = a.Data + 4 * step;
        var a2 = a.Data + 8 * step;
        var thrice = 3 * step;
        TilePrefetch.Rows<T, TShape>(c, stride, 4);
        for (var k = depth; k > 0; k--)
        {
            var l = Vector512.Load(b);
            var r = TShape.IsWide ? Vector512.Load(b + width) : default;
            var s0 = Vector512.Create(*a0);
            c0l = Fused.MultiplyAdd(s0, l, c0l);
            if (TShape.IsWide) c0r = Fused.MultiplyAdd(s0, r, c0r);
            var s1 = Vector512.Create(a0[step]);
            c1l = Fused.MultiplyAdd(s1, l, c1l);
            if (TShape.IsWide) c1r = Fused.MultiplyAdd(s1, r, c1r);
            var s2 = Vector512.Create(a0[2 * step]);
            c2l = Fused.MultiplyAdd(s2, l, c2l);
            if (TShape.IsWide) c2r = Fused.MultiplyAdd(s2, r, c2r);
            var s3 = Vector512.Create(a0[thrice]);
            c3l = Fused.MultiplyAdd(s3, l, c3l);
            if (TShape.IsWide) c3r = Fused.MultiplyAdd(s3, r, c3r);
            if (TShape.Thirds > 1)
            {
                var s4 = Vector512.Create(*a1);
                c4l = Fused.MultiplyAdd(s4, l, c4l);
                if (TShape.IsWide) c4r = Fused.MultiplyAdd(s4, r, c4r);
                var s5 = Vector512.Create(a1[step]);
                c5l = Fused.MultiplyAdd(s5, l, c5l);
                if (TShape.IsWide) c5r = Fused.MultiplyAdd(s5, r, c5r);
                var s6 = Vector512.Create(a1[2 * step]);
                c6l = Fused.MultiplyAdd(s6, l, c6l);
                if (TShape.IsWide) c6r = Fused.MultiplyAdd(s6, r, c6r);
                var s7 = Vector512.Create(a1[thrice]);
                c7l = Fused.MultiplyAdd(s7, l, c7l);
                if (TShape.IsWide) c7r = Fused.MultiplyAdd(s7, r, c7r);
            }
            if (TShape.Thirds > 2)
            {
                var s8 = Vector512.Create(*a2);
                c8l = Fused.MultiplyAdd(s8, l, c8l);
                if (TShape.IsWide) c8r = Fused.MultiplyAdd(s8, r, c8r);
                var s9 = Vector512.Create(a2[step]);
                c9l = Fused.MultiplyAdd(s9, l, c9l);
                if (TShape.IsWide) c9r = Fused.MultiplyAdd(s9, r, c9r);
                var s10 = Vector512.Create(a2[2 * step]);
                c10l = Fused.MultiplyAdd(s10, l, c10l);
                if (TShape.IsWide) c10r = Fused.MultiplyAdd(s10, r, c10r);
                var s11 = Vector512.Create(a2[thrice]);
                c11l = Fused.MultiplyAdd(s11, l, c11l);
                if (TShape.IsWide) c11r = Fused.MultiplyAdd(s11, r, c11r);
            }
            b += panelStep;
            a0 += next;
            a1 += next;
            a2 += next;
        }
        if (accumulate)
        {
            c0l += Vector512.Load(c);
            if (TShape.IsWide) c0r += Vector512.Load(c + width);
            c1l += Vector512.Load(c + stride);
            if (TShape.IsWide) c1r += Vector512.Load(c + stride + width);
            c2l += Vector512.Load(c + 2 * stride);
            if (TShape.IsWide) c2r += Vector512.Load(c + 2 * stride + width);
            c3l += Vector512.Load(c + 3 * stride);
            if (TShape.IsWide) c3r += Vector512.Load(c + 3 * stride + width);
            if (TShape.Thirds > 1)
            {
                c4l += Vector512.Load(c + 4 * stride);
                if (TShape.IsWide) c4r += Vector512.Load(c + 4 * stride + width);
                c5l += Vector512.Load(c + 5 * stride);
                if (TShape.IsWide) c5r += Vector512.Load(c + 5 * stride + width);
                c6l += Vector512.Load(c + 6 * stride);
                if (TShape.IsWide) c6r += Vector512.Load(c + 6 * stride + width);
                c7l += Vector512.Load(c + 7 * stride);
                if (TShape.IsWide) c7r += Vector512.Load(c + 7 * stride + width);
            }
            if (TShape.Thirds > 2)
            {
                c8l += Vector512.Load(c + 8 * stride);
                if (TShape.IsWide) c8r += Vector512.Load(c + 8 * stride + width);
                c9l += Vector512.Load(c + 9 * stride);
                if (TShape.IsWide) c9r += Vector512.Load(c + 9 * stride + width);
                c10l += Vector512.Load(c + 10 * stride);
                if (TShape.IsWide) c10r += Vector512.Load(c + 10 * stride + width);
                c11l += Vector512.Load(c + 11 * stride);
                if (TShape.IsWide) c11r += Vector512.Load(c + 11 * stride + width);
            }
        }
        c0l.Store(c);
        if (TShape.IsWide) c0r.Store(c + width);
        c1l.Store(c + stride);
        if (TShape.IsWide) c1r.Store(c + stride + width);
        c2l.Store(c + 2 * stride);
        if (TShape.IsWide) c2r.Store(c + 2 * stride + width);
        c3l.Store(c + 3 * stride);
        if (TShape.IsWide) c3r.Store(c + 3 * stride + width);
        if (TShape.Thirds > 1)
        {
            c4l.Store(c + 4 * stride);
            if (TShape.IsWide) c4r.Store(c + 4 * stride + width);
            c5l.Store(c + 5 * stride);
            if (TShape.IsWide) c5r.Store(c + 5 * stride + width);
            c6l.Store(c + 6 * stride);
            if (TShape.IsWide) c6r.Store(c + 6 * stride + width);
            c7l.Store(c + 7 * stride);
            if (TShape.IsWide) c7r.Store(c + 7 * stride + width);
        }
        if (TShape.Thirds > 2)
        {
            c8l.Store(c + 8 * stride);
            if (TShape.IsWide) c8r.Store(c + 8 * stride + width);
            c9l.Store(c + 9 * stride);
            if (TShape.IsWide) c9r.Store(c + 9 * stride + width);
            c10l.Store(c + 10 * stride);
            if (TShape.IsWide) c10r.Store(c + 10 * stride + width);
            c11l.Store(c + 11 * stride);
            if (TShape.IsWide) c11r.Store(c + 11 * stride + width);
        }
    }
}
