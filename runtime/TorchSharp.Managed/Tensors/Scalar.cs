using System.Numerics;

namespace TorchSharp;

/// <summary>One number of any element type.</summary>
public sealed class Scalar : IDisposable
{
    private readonly double floating;
    private readonly long integer;

    private Scalar(double floating, long integer, torch.ScalarType type)
    {
        this.floating = floating;
        this.integer = integer;
        Type = type;
    }

    public torch.ScalarType Type { get; }

    public static implicit operator Scalar(byte value) => new(value, value, torch.ScalarType.Int64);

    public static implicit operator Scalar(sbyte value) => new(value, value, torch.ScalarType.Int64);

    public static implicit operator Scalar(short value) => new(value, value, torch.ScalarType.Int64);

    public static implicit operator Scalar(int value) => new(value, value, torch.ScalarType.Int64);

    public static implicit operator Scalar(long value) => new(value, value, torch.ScalarType.Int64);

    public static implicit operator Scalar(Half value) => (double)value;

    public static implicit operator Scalar(BFloat16 value) => (double)value;

    public static implicit operator Scalar(float value) => (double)value;

    public static implicit operator Scalar(double value) => new(value, long.CreateSaturating(value), torch.ScalarType.Float64);

    public static implicit operator Scalar(bool value) => new(value ? 1 : 0, value ? 1 : 0, torch.ScalarType.Bool);

    public void Dispose()
    {
        // Nothing is held; the interface is TorchSharp's.
    }

    internal bool IsFloat => Type == torch.ScalarType.Float64;

    internal double AsDouble() => floating;

    internal long AsInt64() => integer;

    internal T As<T>() where T : unmanaged, INumber<T> =>
        typeof(T) == typeof(float) || typeof(T) == typeof(double) ? T.CreateTruncating(floating) : T.CreateTruncating(integer);
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;

    public static Scalar ToScalar(this sbyte value) => value;

    public static Scalar ToScalar(this short value) => value;

    public static Scalar ToScalar(this int value) => value;

    public static Scalar ToScalar(this long value) => value;

    public static Scalar ToScalar(this float value) => value;

    public static Scalar ToScalar(this double value) => value;

    public static Scalar ToScalar(this bool value) => value;

    public static Scalar ToScalar(this Half value) => value;

    public static Scalar ToScalar(this BFloat16 value) => value;

    public static BFloat16 ToBFloat16(this Scalar value) => (BFloat16)value.AsDouble();

    public static Half ToHalf(this Scalar value) => (Half)value.AsDouble();

    public static float ToSingle(this Scalar value) => (float)value.AsDouble();

    public static double ToDouble(this Scalar value) => value.AsDouble();

    public static sbyte ToSByte(this Scalar value) => (sbyte)value.AsInt64();

    public static byte ToByte(this Scalar value) => (byte)value.AsInt64();

    public static short ToInt16(this Scalar value) => (short)value.AsInt64();

    public static int ToInt32(this Scalar value) => (int)value.AsInt64();

    public static long ToInt64(this Scalar value) => value.AsInt64();

    public static bool ToBoolean(this Scalar value) => value.AsDouble() != 0;
}
