using System.Numerics;

namespace TorchSharp;

/// <summary>
/// log(1 + x) without the loss of x's digits in the sum: with u = 1 + x rounded, log u · x/(u − 1), for the relative errors of
/// log u and of u − 1 nearly cancel (Kahan).
/// </summary>
internal readonly struct LogOnePlus : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var v = double.CreateTruncating(x);
        var u = 1 + v;
        return T.CreateTruncating(u == 1 ? v : double.IsInfinity(u) ? u : Math.Log(u) * (v / (u - 1)));
    }

    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, LogOnePlus>(x);
}

/// <summary>e^x − 1 without the loss of digits in the difference: with u = e^x rounded, (u − 1) · x/log u (Kahan).</summary>
internal readonly struct ExpMinusOne : IFloatUnary
{
    public static T Of<T>(T x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var v = double.CreateTruncating(x);
        var u = Math.Exp(v);
        return T.CreateTruncating(u == 1 ? v : u is 0 or double.PositiveInfinity ? u - 1 : (u - 1) * (v / Math.Log(u)));
    }

    public static Vector<T> Of<T>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanes.Map<T, ExpMinusOne>(x);
}
