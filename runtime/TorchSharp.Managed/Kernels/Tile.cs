using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TorchSharp;

/// <summary>Which part of a whole register tile a product uses: one to three thirds of its rows, one or two vectors of columns.</summary>
internal interface ITileShape
{
    public static abstract int Thirds { get; }

    public static abstract bool IsWide { get; }
}

/// <summary>The innermost block of a matrix product, held in registers.</summary>
internal unsafe interface ITile
{
    /// <summary>A whole tile's rows; a multiple of three.</summary>
    public static abstract int Rows { get; }

    public static abstract int Columns<T>() where T : unmanaged;

    /// <summary>
    /// c (the shape's rows × columns, row stride <paramref name="stride"/>) = or += a · b, where b[k, j] is at
    /// k·<paramref name="panelStep"/> + j.
    /// </summary>
    public static abstract void Multiply<T, TShape>(long depth, Strided<T> a, T* b, long panelStep, T* c, long stride, bool accumulate)
        where T : unmanaged where TShape : ITileShape;
}

/// <summary>Cuts rows into tiles and calls the kernel of each tile's shape.</summary>
internal static unsafe class Tiles<T, TTile> where T : unmanaged where TTile : ITile
{
    /// <summary>The rows of the kernel for the next tile: the fewest rows of padding, in as few tiles as possible.</summary>
    internal static int Height(long remaining)
    {
        int whole = TTile.Rows, third = whole / 3;
        if (remaining > whole && remaining <= 4 * third) return 2 * third;
        return remaining <= third ? third : remaining <= 2 * third ? 2 * third : whole;
    }

    internal static void Multiply(int height, bool wide, long depth, Strided<T> a, T* b, long panelStep, T* c, long stride, bool accumulate)
    {
        var third = TTile.Rows / 3;
        if (height > 2 * third)
        {
            if (wide) TTile.Multiply<T, Three>(depth, a, b, panelStep, c, stride, accumulate);
            else TTile.Multiply<T, ThreeNarrow>(depth, a, b, panelStep, c, stride, accumulate);
        }
        else if (height > third)
        {
            if (wide) TTile.Multiply<T, Two>(depth, a, b, panelStep, c, stride, accumulate);
            else TTile.Multiply<T, TwoNarrow>(depth, a, b, panelStep, c, stride, accumulate);
        }
        else
        {
            if (wide) TTile.Multiply<T, One>(depth, a, b, panelStep, c, stride, accumulate);
            else TTile.Multiply<T, OneNarrow>(depth, a, b, panelStep, c, stride, accumulate);
        }
    }

    private readonly struct Three : ITileShape
    {
        public static int Thirds => 3;
        public static bool IsWide => true;
    }

    private readonly struct ThreeNarrow : ITileShape
    {
        public static int Thirds => 3;
        public static bool IsWide => false;
    }

    private readonly struct Two : ITileShape
    {
        public static int Thirds => 2;
        public static bool IsWide => true;
    }

    private readonly struct TwoNarrow : ITileShape
    {
        public static int Thirds => 2;
        public static bool IsWide => false;
    }

    private readonly struct One : ITileShape
    {
        public static int Thirds => 1;
        public static bool IsWide => true;
    }

    private readonly struct OneNarrow : ITileShape
    {
        public static int Thirds => 1;
        public static bool IsWide => false;
    }
}

/// <summary>Asks for the lines of an output tile before its product, whose end would otherwise wait for them.</summary>
internal static unsafe class TilePrefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Rows<T, TShape>(T* c, long stride, int third) where T : unmanaged where TShape : ITileShape
    {
        if (!Sse.IsSupported) return;
        for (var r = TShape.Thirds * third; r > 0; r--, c += stride)
        {
            Sse.Prefetch0(c);
            if (TShape.IsWide) Sse.Prefetch0((byte*)c + 64);
        }
    }
}

/// <summary>x·y + z for either floating-point type, fused (rounded once) where the machine can.</summary>
internal static class Fused
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<T> MultiplyAdd<T>(Vector512<T> x, Vector512<T> y, Vector512<T> z) where T : unmanaged =>
        typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<T> MultiplyAdd<T>(Vector256<T> x, Vector256<T> y, Vector256<T> z) where T : unmanaged =>
        typeof(T) == typeof(float)
            ? Vector256.MultiplyAddEstimate(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector256.MultiplyAddEstimate(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<T> MultiplyAdd<T>(Vector128<T> x, Vector128<T> y, Vector128<T> z) where T : unmanaged =>
        typeof(T) == typeof(float)
            ? Vector128.MultiplyAddEstimate(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector128.MultiplyAddEstimate(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();
}
