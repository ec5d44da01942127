using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>e^x.</summary>
internal readonly struct Exp : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Exp(x);
}

/// <summary>ln x.</summary>
internal readonly struct Log : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Log(x);
}

/// <summary>√x.</summary>
internal readonly struct Sqrt : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector.SquareRoot(x);
}

/// <summary>1/√x.</summary>
internal readonly struct Rsqrt : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.One / T.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector<T>.One / Vector.SquareRoot(x);
}

/// <summary>sin x.</summary>
internal readonly struct Sine : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Sin(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, Sine>(x);
}

/// <summary>cos x.</summary>
internal readonly struct Cosine : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Cos(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, Cosine>(x);
}

/// <summary>tanh x.</summary>
internal readonly struct Tanh : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, Tanh>(x);
}

/// <summary>1/(1+e^−x).</summary>
internal readonly struct Sigmoid : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Sigmoid(x);
}

/// <summary>x · sigmoid x.</summary>
internal readonly struct Silu : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => x / (T.One + T.Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => x * VectorMath.Sigmoid(x);
}

/// <summary>−x.</summary>
internal readonly struct Negate : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => -x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => -x;
}

/// <summary>|x|.</summary>
internal readonly struct Absolute : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector.Abs(x);
}

/// <summary>x².</summary>
internal readonly struct Square : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => x * x;
}

/// <summary>1/x.</summary>
internal readonly struct Reciprocal : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.One / x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector<T>.One / x;
}

/// <summary>max(x, 0); NaN stays NaN.</summary>
internal readonly struct Relu : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => x < T.Zero ? T.Zero : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector.ConditionalSelect(Vector.LessThan(x, Vector<T>.Zero), Vector<T>.Zero, x);
}

/// <summary>−1, 0 or 1.</summary>
internal readonly struct Sign : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => x > T.Zero ? T.One : x < T.Zero ? -T.One : T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, Sign>(x);
}

/// <summary>⌊x⌋.</summary>
internal readonly struct Floor : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Floor(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, Floor>(x);
}

/// <summary>⌈x⌉.</summary>
internal readonly struct Ceiling : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Ceiling(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, Ceiling>(x);
}

/// <summary>x without its fraction.</summary>
internal readonly struct Truncate : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Truncate(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, Truncate>(x);
}

/// <summary>the nearest integer, halves to even.</summary>
internal readonly struct RoundToEven : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Round(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, RoundToEven>(x);
}

/// <summary>erf x.</summary>
internal readonly struct Erf : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.CreateTruncating(VectorMath.Erf(double.CreateTruncating(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, Erf>(x);
}

/// <summary>x · Φ(x).</summary>
internal readonly struct Gelu : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => x * T.CreateTruncating(0.5 * (1 + VectorMath.Erf(double.CreateTruncating(x) / Math.Sqrt(2))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => x * VectorMath.NormalCdf(x, out _);

    public static bool IsWide => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x) => x * VectorMath.NormalCdf(x, out _);
}

/// <summary>gelu's tanh form, x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))) (Hendrycks and Gimpel, 2016).</summary>
internal readonly struct GeluTanh : IFloatUnary
{
    internal const double Slope = 0.7978845608028654;
    internal const double Cubic = 0.044715;

    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var v = double.CreateTruncating(x);
        return T.CreateTruncating(0.5 * v * (1 + Math.Tanh(Slope * (v + Cubic * v * v * v))));
    }

    // 1 + tanh u = 2 · sigmoid 2u.
    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x * VectorMath.Sigmoid(x * (Vector<T>.One + x * x * T.CreateTruncating(Cubic)) * T.CreateTruncating(2 * Slope));
}
