using System.Numerics;

namespace TorchSharp;

/// <summary>Applies a scalar function to each lane, for functions without a vector form.</summary>
internal static unsafe class Lanes
{
    internal static Vector<T> Map<T, TOp>(Vector<T> x, Vector<T> y) where T : unmanaged, INumber<T> where TOp : IBinary
    {
        var result = stackalloc T[Vector<T>.Count];
        for (var i = 0; i < Vector<T>.Count; i++) result[i] = TOp.Of(x[i], y[i]);
        return Vector.Load(result);
    }

    internal static Vector<T> Map<T, TOp>(Vector<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TOp : IFloatUnary
    {
        var result = stackalloc T[Vector<T>.Count];
        for (var i = 0; i < Vector<T>.Count; i++) result[i] = TOp.Of(x[i]);
        return Vector.Load(result);
    }
}
