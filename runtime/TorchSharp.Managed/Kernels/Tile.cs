using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>The innermost block of a matrix product, held in registers.</summary>
internal unsafe interface ITile
{
    public static abstract int Rows { get; }

    public static abstract int Columns<T>() where T : unmanaged;

    /// <summary>
    /// c (Rows × Columns, row stride <paramref name="stride"/>) = or += a · b, where a[r, k] is at r·rowStep + k·depthStep and b is
    /// a packed panel, Columns values for each k.
    /// </summary>
    public static abstract void Multiply<T>(long depth, T* a, long rowStep, long depthStep, T* b, T* c, long stride, bool accumulate)
        where T : unmanaged;

    /// <summary>The same with panels of half the columns.</summary>
    public static abstract void MultiplyNarrow<T>(long depth, T* a, long rowStep, long depthStep, T* b, T* c, long stride, bool accumulate)
        where T : unmanaged;
}

/// <summary>x·y + z in one rounding, for either floating-point type.</summary>
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
