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
    private const float ExpLowest = -87.3365447f;
    private const float ExpHighest = 88.7228317f;

    /// <summary>
    /// exp x = 2^n · e^r with n = round(x / ln 2), |r| ≤ ln 2 / 2; e^r by a degree-6 polynomial (Cephes' coefficients), at most
    /// 2 ulp. Below −87.33 the result is exactly 0, so a masked attention weight vanishes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Exp(Vector<float> x)
    {
        var clamped = Vector.Min(Vector.Max(x, new Vector<float>(ExpLowest)), new Vector<float>(ExpHighest));
        var n = Vector.Round(clamped * Log2E);
        var r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2High), clamped);
        r = Vector.FusedMultiplyAdd(n, new Vector<float>(-Ln2Low), r);
        var p = new Vector<float>(1.9875691500e-4f);
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.3981999507e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.FusedMultiplyAdd(p, r * r, r) + Vector<float>.One;
        // 2^n in two halves: n reaches 128, one more than a float's exponent holds.
        var whole = Vector.ConvertToInt32(n);
        var half = whole >> 1;
        p *= Vector.AsVectorSingle((half + new Vector<int>(127)) << 23);
        p *= Vector.AsVectorSingle((whole - half + new Vector<int>(127)) << 23);
        p = Vector.ConditionalSelect(Vector.LessThan(x, new Vector<float>(ExpLowest)), Vector<float>.Zero, p);
        p = Vector.ConditionalSelect(Vector.GreaterThan(x, new Vector<float>(ExpHighest)), new Vector<float>(float.PositiveInfinity), p);
        return Vector.ConditionalSelect(Vector.Equals(x, x), p, x);
    }

    /// <summary>The same polynomial on 16 lanes, for attention, whose cost is mostly this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> ExpNonPositive(Vector512<float> x)
    {
        var clamped = Vector512.Max(x, Vector512.Create(ExpLowest));
        var n = Vector512.Round(clamped * Vector512.Create(Log2E));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), clamped);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        p *= ((Vector512.ConvertToInt32(n) + Vector512.Create(127)) << 23).AsSingle();
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
