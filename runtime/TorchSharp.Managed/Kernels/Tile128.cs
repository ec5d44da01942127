using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>The product tile of up to 6 rows by two 128-bit vectors, for ARM64 and old x86.</summary>
internal readonly unsafe struct Tile128 : ITile
{
    public static int Rows => 6;

    public static int Columns<T>() where T : unmanaged => 2 * Vector128<T>.Count;

    // Accumulators are locals of one vector type, written out, since only those are sure to live in registers: hence a file a width.
    // The accumulators of rows or columns that the shape lacks, and the lines under its conditions, are gone from the compiled code.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T, TShape>(long depth, Strided<T> a, T* b, long panelStep, T* c, long stride, bool accumulate)
        where T : unmanaged where TShape : ITileShape
    {
        Vector128<T> c0l = default, c0r = default;
        Vector128<T> c1l = default, c1r = default;
        Vector128<T> c2l = default, c2r = default;
        Vector128<T> c3l = default, c3r = default;
        Vector128<T> c4l = default, c4r = default;
        Vector128<T> c5l = default, c5r = default;
        var width = Vector128<T>.Count;
        var step = a.RowStep;
        var next = a.ColumnStep;
        var a0 = a.Data + 0 * step;
        var a1 = a.Data + 2 * step;
        var a2 = a.Data + 4 * step;
        TilePrefetch.Rows<T, TShape>(c, stride, 2);
        for (var k = depth; k > 0; k--)
        {
            var l = Vector128.Load(b);
            var r = TShape.IsWide ? Vector128.Load(b + width) : default;
            var s0 = Vector128.Create(*a0);
            c0l = Fused.MultiplyAdd(s0, l, c0l);
            if (TShape.IsWide) c0r = Fused.MultiplyAdd(s0, r, c0r);
            var s1 = Vector128.Create(a0[step]);
            c1l = Fused.MultiplyAdd(s1, l, c1l);
            if (TShape.IsWide) c1r = Fused.MultiplyAdd(s1, r, c1r);
            if (TShape.Thirds > 1)
            {
                var s2 = Vector128.Create(*a1);
                c2l = Fused.MultiplyAdd(s2, l, c2l);
                if (TShape.IsWide) c2r = Fused.MultiplyAdd(s2, r, c2r);
                var s3 = Vector128.Create(a1[step]);
                c3l = Fused.MultiplyAdd(s3, l, c3l);
                if (TShape.IsWide) c3r = Fused.MultiplyAdd(s3, r, c3r);
            }
            if (TShape.Thirds > 2)
            {
                var s4 = Vector128.Create(*a2);
                c4l = Fused.MultiplyAdd(s4, l, c4l);
                if (TShape.IsWide) c4r = Fused.MultiplyAdd(s4, r, c4r);
                var s5 = Vector128.Create(a2[step]);
                c5l = Fused.MultiplyAdd(s5, l, c5l);
                if (TShape.IsWide) c5r = Fused.MultiplyAdd(s5, r, c5r);
            }
            b += panelStep;
            a0 += next;
            a1 += next;
            a2 += next;
        }
        if (accumulate)
        {
            c0l += Vector128.Load(c);
            if (TShape.IsWide) c0r += Vector128.Load(c + width);
            c1l += Vector128.Load(c + stride);
            if (TShape.IsWide) c1r += Vector128.Load(c + stride + width);
            if (TShape.Thirds > 1)
            {
                c2l += Vector128.Load(c + 2 * stride);
                if (TShape.IsWide) c2r += Vector128.Load(c + 2 * stride + width);
                c3l += Vector128.Load(c + 3 * stride);
                if (TShape.IsWide) c3r += Vector128.Load(c + 3 * stride + width);
            }
            if (TShape.Thirds > 2)
            {
                c4l += Vector128.Load(c + 4 * stride);
                if (TShape.IsWide) c4r += Vector128.Load(c + 4 * stride + width);
                c5l += Vector128.Load(c + 5 * stride);
                if (TShape.IsWide) c5r += Vector128.Load(c + 5 * stride + width);
            }
        }
        c0l.Store(c);
        if (TShape.IsWide) c0r.Store(c + width);
        c1l.Store(c + stride);
        if (TShape.IsWide) c1r.Store(c + stride + width);
        if (TShape.Thirds > 1)
        {
            c2l.Store(c + 2 * stride);
            if (TShape.IsWide) c2r.Store(c + 2 * stride + width);
            c3l.Store(c + 3 * stride);
            if (TShape.IsWide) c3r.Store(c + 3 * stride + width);
        }
        if (TShape.Thirds > 2)
        {
            c4l.Store(c + 4 * stride);
            if (TShape.IsWide) c4r.Store(c + 4 * stride + width);
            c5l.Store(c + 5 * stride);
            if (TShape.IsWide) c5r.Store(c + 5 * stride + width);
        }
    }
}
