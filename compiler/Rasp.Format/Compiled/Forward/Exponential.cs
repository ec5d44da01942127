using System.Runtime.Intrinsics;
using System.Runtime.CompilerServices;

namespace Rasp.Format;

/// <summary>e^x for x ≤ 0, in single precision: exactly 1 at 0, exactly 0 where the result is below the smallest normal number.</summary>
internal static class Exponential
{
    /// <summary>Below this the result is 0: ln 2⁻¹²⁶, rounded up.</summary>
    public static Vector512<float> Least => Vector512.Create(-87.33654f);

    /// <summary>
    /// x = k·ln 2 + r with |r| ≤ ½ ln 2; e^x = 2^k·(1 + r + r²·q(r)). q is the polynomial of degree 4 of least largest error
    /// (relative to e^r: 3.8·10⁻⁹, a sixteenth of a rounding), fitted for this function.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        // 3·2²²: in this sum the last bit is worth 1, and the low bits are k.
        Vector512<float> shifted = Vector512.MultiplyAddEstimate(x, Vector512.Create(1.44269504f), Vector512.Create(12582912f));
        Vector512<float> k = shifted - Vector512.Create(12582912f);
        // ln 2 in two parts; the first has few bits, so that its product is exact.
        Vector512<float> r = x - (k * Vector512.Create(0.693359375f));
        r -= k * Vector512.Create(-2.12194440e-4f);
        Vector512<float> q = Vector512.MultiplyAddEstimate(r, Vector512.Create(1.38145930e-3f), Vector512.Create(8.36871751e-3f));
        q = Vector512.MultiplyAddEstimate(r, q, Vector512.Create(4.16683890e-2f));
        q = Vector512.MultiplyAddEstimate(r, q, Vector512.Create(1.66665211e-1f));
        q = Vector512.MultiplyAddEstimate(r, q, Vector512.Create(4.99999940e-1f));
        Vector512<float> power = Vector512.MultiplyAddEstimate(r * r, q, r) + Vector512<float>.One;
        Vector512<int> bits = power.AsInt32() + (shifted.AsInt32() << 23);
        return Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(x, Least), bits.AsSingle(), Vector512<float>.Zero);
    }
}
