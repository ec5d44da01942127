using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>Transcendental functions a vector at a time; the widths follow the machine.</summary>
internal static class VectorMath
{
    private const float Log2E = 1.44269504088896341f;
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const float ExpLowest = -86.6f;
    private const float ExpHighest = 88.7228317f;

    // 1.5 · 2^23: adding it rounds to an integer, which is then in the low bits.
    private const float Magic = 12582912f;

    /// <summary>
    /// exp x = 2^n · e^r with n = round(x / ln 2), |r| ≤ ln 2 / 2; e^r by a degree-6 polynomial (Cephes' coefficients), at most
    /// 2 ulp. Below −86.6, where results would soon be subnormal, it is exactly 0, so a masked attention weight vanishes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Exp(Vector<float> x)
    {
        // The operand order of the native minimum and maximum lets NaN through.
        var clamped = Vector.MinNative(new Vector<float>(ExpHighest), Vector.MaxNative(new Vector<float>(ExpLowest), x));
        var shifted = Vector.FusedMultiplyAdd(clamped, new Vector<float>(Log2E), new Vector<float>(Magic));
        var n = shifted - new Vector<float>(Magic);
        var r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2High), clamped);
        r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2Low), r);
        var p = new Vector<float>(1.9875691500e-4f);
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.3981999507e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.FusedMultiplyAdd(p, r * r, r) + Vector<float>.One;
        // 2^(n−1) and a doubling: n reaches 128, one more than a float's exponent holds.
        var scale = Vector.AsVectorSingle((Vector.AsVectorInt32(shifted) << 23) + new Vector<int>(126 << 23));
        p *= scale;
        p += p;
        p = Vector.ConditionalSelect(Vector.LessThan(x, new Vector<float>(ExpLowest)), Vector<float>.Zero, p);
        return Vector.ConditionalSelect(Vector.GreaterThan(x, new Vector<float>(ExpHighest)), new Vector<float>(float.PositiveInfinity), p);
    }

    /// <summary>The same polynomial on 16 lanes for x up to 80, for attention, whose cost is mostly this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> ExpNonPositive(Vector512<float> x)
    {
        var clamped = Vector512.MaxNative(Vector512.Create(ExpLowest), x);
        var shifted = Vector512.FusedMultiplyAdd(clamped, Vector512.Create(Log2E), Vector512.Create(Magic));
        var n = shifted - Vector512.Create(Magic);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), clamped);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        p *= ((shifted.AsInt32() << 23) + Vector512.Create(127 << 23)).AsSingle();
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(ExpLowest)), Vector512<float>.Zero, p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<T> Exp<T>(Vector<T> x) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Exp(x.As<T, float>()).As<float, T>();
        return Vector.Exp(x.As<T, double>()).As<double, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<T> Log<T>(Vector<T> x) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Vector.Log(x.As<T, float>()).As<float, T>();
        return Vector.Log(x.As<T, double>()).As<double, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<T> Sigmoid<T>(Vector<T> x) where T : unmanaged => Vector<T>.One / (Vector<T>.One + Exp(-x));

    /// <summary>
    /// Φ(x) of the normal distribution, and e^(−x²/2), from which it is made: Φ(x) = (1 + erf z)/2 with z = x/√2. For z ≥ 0,
    /// erf z = 1 − t·(a₁ + t·(a₂ + …))·e^(−z²), t = 1/(1 + 0.3275911·z), with absolute error 1.5e−7 (Abramowitz and Stegun,
    /// 7.1.26); it is odd, and near 0 the Taylor series keeps the relative error small.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> NormalCdf(Vector<float> x, out Vector<float> exponential)
    {
        var one = Vector<float>.One;
        var half = new Vector<float>(0.5f);
        var z = Vector.Abs(x) * 0.70710678f;
        var square = x * x * half;
        exponential = Exp(-square);
        var t = one / Vector.FusedMultiplyAdd(z, new Vector<float>(0.3275911f), one);
        var p = Vector.FusedMultiplyAdd(t, new Vector<float>(1.061405429f), new Vector<float>(-1.453152027f));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<float>(1.421413741f));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<float>(-0.284496736f));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<float>(0.254829592f));
        var far = one - p * t * exponential;
        var q = Vector.FusedMultiplyAdd(square, new Vector<float>(0.005223978f), new Vector<float>(-0.026866170f));
        q = Vector.FusedMultiplyAdd(q, square, new Vector<float>(0.112837917f));
        q = Vector.FusedMultiplyAdd(q, square, new Vector<float>(-0.376126389f));
        q = Vector.FusedMultiplyAdd(q, square, new Vector<float>(1.128379167f));
        var erf = Vector.ConditionalSelect(Vector.LessThan(z, half), z * q, far);
        return Vector.FusedMultiplyAdd(Vector.CopySign(erf, x), half, half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<T> NormalCdf<T>(Vector<T> x, out Vector<T> exponential) where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            var y = NormalCdf(x.As<T, float>(), out var e);
            exponential = e.As<float, T>();
            return y.As<float, T>();
        }
        var v = x.As<T, double>();
        exponential = Vector.Exp(v * v * -0.5).As<double, T>();
        var cdf = Vector<double>.Zero;
        for (var i = 0; i < Vector<double>.Count; i++) cdf = cdf.WithElement(i, 0.5 * (1 + Erf(v[i] / Math.Sqrt(2))));
        return cdf.As<double, T>();
    }

    /// <summary>erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): every term has one sign, so nothing cancels.</summary>
    internal static double Erf(double x)
    {
        if (double.IsNaN(x)) return x;
        if (Math.Abs(x) >= 6) return Math.Sign(x);
        var term = x;
        var sum = x;
        for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
