using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>y = f(x) on floating-point elements, one and a vector at a time.</summary>
internal interface IFloatUnary
{
    public static abstract T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    public static abstract Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>On 16 lanes, for functions whose cost is arithmetic; the same values as on <see cref="Vector{T}"/>'s lanes.</summary>
    public static virtual bool IsWide => false;
    public static virtual Vector512<float> Of(Vector512<float> x) => throw new NotSupportedException();
}

/// <summary>z = f(x, y) on numbers, one and a vector at a time.</summary>
internal interface IBinary
{
    public static abstract T Of<T>(T x, T y) where T : unmanaged, INumber<T>;
    public static abstract Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T>;

    /// <summary>On 16 lanes, for functions whose cost is arithmetic; the same values as on <see cref="Vector{T}"/>'s lanes.</summary>
    public static virtual bool IsWide => false;
    public static virtual Vector512<float> Of(Vector512<float> x, Vector512<float> y) => throw new NotSupportedException();
}

/// <summary>f(x, y) is true or false.</summary>
internal interface IPredicate
{
    public static abstract bool Of<T>(T x, T y) where T : unmanaged, INumber<T>;
}

internal readonly struct Add : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> => x + y;
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => x + y;
}

internal readonly struct Subtract : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> => x - y;
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => x - y;
}

internal readonly struct Multiply : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> => x * y;
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => x * y;
}

internal readonly struct Divide : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> => x / y;
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => x / y;
}

internal readonly struct Larger : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> => T.Max(x, y);
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => Vector.Max(x, y);
}

internal readonly struct Smaller : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> => T.Min(x, y);
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => Vector.Min(x, y);
}

internal readonly struct Power : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> =>
        T.CreateTruncating(Math.Pow(double.CreateTruncating(x), double.CreateTruncating(y)));

    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => Lanes.Map<T, Power>(x, y);
}

/// <summary>The remainder with the divisor's sign, as Python's %.</summary>
internal readonly struct Remainder : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T>
    {
        var r = x % y;
        return r != T.Zero && T.IsNegative(r) != T.IsNegative(y) ? r + y : r;
    }

    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => Lanes.Map<T, Remainder>(x, y);
}

/// <summary>⌊x / y⌋, from the exact remainder as Python does, so that rounding of x / y cannot lift it over a whole number.</summary>
internal readonly struct FloorDivide : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T>
    {
        var real = typeof(T) == typeof(float) || typeof(T) == typeof(double);
        if (real && y == T.Zero) return x / y;
        var r = x % y;
        var q = (x - r) / y;
        if (real) q = T.CreateTruncating(Math.Round(double.CreateTruncating(q)));
        return r != T.Zero && T.IsNegative(r) != T.IsNegative(y) ? q - T.One : q;
    }

    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => Lanes.Map<T, FloorDivide>(x, y);
}

/// <summary>x · [y > 0]: the gradient of relu, x the incoming gradient and y relu's input or output.</summary>
internal readonly struct PassWherePositive : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> => y > T.Zero ? x : T.Zero;

    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> =>
        Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<T>.Zero), x, Vector<T>.Zero);
}

/// <summary>x · y · (1 − y): the gradient of the sigmoid whose output is y.</summary>
internal readonly struct SigmoidGradient : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> => x * y * (T.One - y);
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => x * y * (Vector<T>.One - y);
}

/// <summary>x · (1 − y²): the gradient of the tanh whose output is y.</summary>
internal readonly struct TanhGradient : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T> => x * (T.One - y * y);
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> => x * (Vector<T>.One - y * y);
}

/// <summary>x · s · (1 + y · (1 − s)), s = sigmoid y: the gradient of silu at y.</summary>
internal readonly struct SiluGradient : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T>
    {
        var s = T.CreateTruncating(1 / (1 + Math.Exp(-double.CreateTruncating(y))));
        return x * s * (T.One + y * (T.One - s));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T>
    {
        var s = VectorMath.Sigmoid(y);
        return x * s * (Vector<T>.One + y * (Vector<T>.One - s));
    }
}

/// <summary>x · (Φ(y) + y · φ(y)): the gradient of the exact gelu at y.</summary>
internal readonly struct GeluGradient : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T>
    {
        var v = double.CreateTruncating(y);
        var cdf = 0.5 * (1 + VectorMath.Erf(v / Math.Sqrt(2)));
        return x * T.CreateTruncating(cdf + v * Math.Exp(-0.5 * v * v) / Math.Sqrt(2 * Math.PI));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T>
    {
        var cdf = VectorMath.NormalCdf(y, out var exponential);
        return x * (cdf + y * exponential * T.CreateTruncating(0.3989422804014327));
    }

    public static bool IsWide => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x, Vector512<float> y)
    {
        var cdf = VectorMath.NormalCdf(y, out var exponential);
        return x * (cdf + y * exponential * 0.3989422804014327f);
    }
}

/// <summary>The gradient of gelu's tanh form at y.</summary>
internal readonly struct GeluTanhGradient : IBinary
{
    public static T Of<T>(T x, T y) where T : unmanaged, INumber<T>
    {
        var v = double.CreateTruncating(y);
        var t = Math.Tanh(GeluTanh.Slope * (v + GeluTanh.Cubic * v * v * v));
        return x * T.CreateTruncating(
            0.5 * (1 + t) + 0.5 * v * (1 - t * t) * GeluTanh.Slope * (1 + 3 * GeluTanh.Cubic * v * v));
    }

    // With s = sigmoid 2u: (1 + tanh u)/2 = s and 1 − tanh² u = 4·s·(1 − s).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T>
    {
        var square = y * y * T.CreateTruncating(GeluTanh.Cubic);
        var s = VectorMath.Sigmoid(y * (Vector<T>.One + square) * T.CreateTruncating(2 * GeluTanh.Slope));
        return x * s * (Vector<T>.One + y * (Vector<T>.One - s) * (Vector<T>.One + square * T.CreateTruncating(3)) * T.CreateTruncating(2 * GeluTanh.Slope));
    }
}

internal readonly struct Equal : IPredicate
{
    public static bool Of<T>(T x, T y) where T : unmanaged, INumber<T> => x == y;
}

internal readonly struct NotEqual : IPredicate
{
    public static bool Of<T>(T x, T y) where T : unmanaged, INumber<T> => x != y;
}

internal readonly struct Less : IPredicate
{
    public static bool Of<T>(T x, T y) where T : unmanaged, INumber<T> => x < y;
}

internal readonly struct LessOrEqual : IPredicate
{
    public static bool Of<T>(T x, T y) where T : unmanaged, INumber<T> => x <= y;
}

internal readonly struct Greater : IPredicate
{
    public static bool Of<T>(T x, T y) where T : unmanaged, INumber<T> => x > y;
}

internal readonly struct GreaterOrEqual : IPredicate
{
    public static bool Of<T>(T x, T y) where T : unmanaged, INumber<T> => x >= y;
}

internal readonly struct Both : IPredicate
{
    public static bool Of<T>(T x, T y) where T : unmanaged, INumber<T> => x != T.Zero && y != T.Zero;
}

internal readonly struct Either : IPredicate
{
    public static bool Of<T>(T x, T y) where T : unmanaged, INumber<T> => x != T.Zero || y != T.Zero;
}

internal readonly struct ExactlyOne : IPredicate
{
    public static bool Of<T>(T x, T y) where T : unmanaged, INumber<T> => x != T.Zero != (y != T.Zero);
}
