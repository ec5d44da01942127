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
    /// Φ(x) of the normal distribution, and e^(−x²/2), from which it is made: Φ(−z) = t·(a₁ + t·(a₂ + …))·e^(−z²/2)/2 with
    /// t = 1/(1 + 0.3275911·z/√2) for z ≥ 0, with absolute error 7.5e−8 (Abramowitz and Stegun, 7.1.26; the halves are in the
    /// coefficients), and Φ(z) = 1 − Φ(−z).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> NormalCdf(Vector<float> x, out Vector<float> exponential)
    {
        var one = Vector<float>.One;
        exponential = Exp(x * x * new Vector<float>(-0.5f));
        var t = one / Vector.FusedMultiplyAdd(Vector.Abs(x), new Vector<float>(0.23164189f), one);
        var p = Vector.FusedMultiplyAdd(t, new Vector<float>(0.5307027145f), new Vector<float>(-0.7265760135f));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<float>(0.7107068705f));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<float>(-0.142248368f));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<float>(0.127414796f));
        var tail = p * t * exponential;
        return Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), tail, one - tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> NormalCdf(Vector512<float> x, out Vector512<float> exponential)
    {
        var one = Vector512<float>.One;
        exponential = ExpNonPositive(x * x * Vector512.Create(-0.5f));
        var t = one / Vector512.FusedMultiplyAdd(Vector512.Abs(x), Vector512.Create(0.23164189f), one);
        var p = Vector512.FusedMultiplyAdd(t, Vector512.Create(0.5307027145f), Vector512.Create(-0.7265760135f));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(0.7107068705f));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(-0.142248368f));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(0.127414796f));
        var tail = p * t * exponential;
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), tail, one - tail);
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
