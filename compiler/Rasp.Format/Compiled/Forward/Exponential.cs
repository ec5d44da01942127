using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rasp.Format;

/// <summary>e^x for x ≤ 0, in single precision: exactly 1 at 0, exactly 0 where the result is below the smallest normal number.</summary>
internal static class Exponential
{
    /// <summary>Below this the result is 0: ln 2⁻¹²⁶, rounded up.</summary>
    public static Vector<float> Least => new(-87.33654f);

    /// <summary>
    /// x = k·ln 2 + r with |r| ≤ ½ ln 2; e^x = 2^k·(1 + r + r²·q(r)). q is the polynomial of degree 4 of least largest error
    /// (relative to e^r: 3.8·10⁻⁹, a sixteenth of a rounding), fitted for this function.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Of(Vector<float> x)
    {
        // 3·2²²: in this sum the last bit is worth 1, and the low bits are k.
        Vector<float> shifted = Vector.MultiplyAddEstimate(x, new Vector<float>(1.44269504f), new Vector<float>(12582912f));
        Vector<float> k = shifted - new Vector<float>(12582912f);
        // ln 2 in two parts; the first has few bits, so that its product is exact.
        Vector<float> r = x - (k * new Vector<float>(0.693359375f));
        r -= k * new Vector<float>(-2.12194440e-4f);
        Vector<float> q = Vector.MultiplyAddEstimate(r, new Vector<float>(1.38145930e-3f), new Vector<float>(8.36871751e-3f));
        q = Vector.MultiplyAddEstimate(r, q, new Vector<float>(4.16683890e-2f));
        q = Vector.MultiplyAddEstimate(r, q, new Vector<float>(1.66665211e-1f));
        q = Vector.MultiplyAddEstimate(r, q, new Vector<float>(4.99999940e-1f));
        Vector<float> power = Vector.MultiplyAddEstimate(r * r, q, r) + Vector<float>.One;
        Vector<int> bits = Vector.AsVectorInt32(power) + (Vector.AsVectorInt32(shifted) << 23);
        return Vector.ConditionalSelect(Vector.GreaterThanOrEqual(x, Least), Vector.AsVectorSingle(bits), Vector<float>.Zero);
    }
}
