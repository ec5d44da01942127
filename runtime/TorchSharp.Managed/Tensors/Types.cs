using System.Numerics;

namespace TorchSharp;

/// <summary>Facts about element types.</summary>
internal static class Types
{
    internal static int Size(torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte or torch.ScalarType.Int8 or torch.ScalarType.Bool => 1,
        torch.ScalarType.Int16 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16 => 2,
        torch.ScalarType.Int32 or torch.ScalarType.Float32 => 4,
        torch.ScalarType.Int64 or torch.ScalarType.Float64 => 8,
        _ => throw Errors.Type("empty", type),
    };

    internal static torch.ScalarType Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? torch.ScalarType.Float32
        : typeof(T) == typeof(double) ? torch.ScalarType.Float64
        : typeof(T) == typeof(long) ? torch.ScalarType.Int64
        : typeof(T) == typeof(int) ? torch.ScalarType.Int32
        : typeof(T) == typeof(short) ? torch.ScalarType.Int16
        : typeof(T) == typeof(byte) ? torch.ScalarType.Byte
        : typeof(T) == typeof(sbyte) ? torch.ScalarType.Int8
        : typeof(T) == typeof(bool) ? torch.ScalarType.Bool
        : typeof(T) == typeof(Half) ? torch.ScalarType.Float16
        : typeof(T) == typeof(BFloat16) ? torch.ScalarType.BFloat16
        : throw new NotSupportedException($"The type {typeof(T).FullName} is not supported.");

    /// <summary>Whether it is a 16-bit floating-point type, on which kernels do no arithmetic.</summary>
    internal static bool IsHalf(torch.ScalarType type) => type is torch.ScalarType.Float16 or torch.ScalarType.BFloat16;

    // 0 bool, 1 integer, 2 floating point: a scalar raises a tensor's type only into a higher category.
    private static int Category(torch.ScalarType type) => type == torch.ScalarType.Bool ? 0 : torch.is_floating_point(type) ? 2 : 1;

    /// <summary>Whether an in-place operation may write a result of one type to another: never to a lower category.</summary>
    internal static bool CanCast(torch.ScalarType from, torch.ScalarType to) => Category(from) <= Category(to);

    internal static torch.ScalarType Promote(torch.ScalarType left, torch.ScalarType right)
    {
        if (left == right) return left;
        int l = Category(left), r = Category(right);
        if (l != r) return l > r ? left : right;
        if (l == 2)
        {
            if (left == torch.ScalarType.Float64 || right == torch.ScalarType.Float64) return torch.ScalarType.Float64;
            return torch.ScalarType.Float32;
        }
        if (left == torch.ScalarType.Byte && right == torch.ScalarType.Int8 || left == torch.ScalarType.Int8 && right == torch.ScalarType.Byte)
            return torch.ScalarType.Int16;
        return Size(left) > Size(right) || Size(left) == Size(right) && right == torch.ScalarType.Byte ? left : right;
    }

    internal static torch.ScalarType Promote(torch.Tensor left, torch.Tensor right)
    {
        if (left.dtype == right.dtype) return left.dtype;
        if (left.Rank == 0 && right.Rank > 0 && Category(left.dtype) <= Category(right.dtype)) return right.dtype;
        if (right.Rank == 0 && left.Rank > 0 && Category(right.dtype) <= Category(left.dtype)) return left.dtype;
        return Promote(left.dtype, right.dtype);
    }

    internal static torch.ScalarType Promote(torch.ScalarType tensor, Scalar scalar) => Category(scalar.Type) <= Category(tensor)
        ? tensor
        : scalar.Type == torch.ScalarType.Int64 ? torch.ScalarType.Int64 : torch.get_default_dtype();

    /// <summary>The type in which sums of a tensor are kept.</summary>
    internal static torch.ScalarType Sum(torch.ScalarType type) => torch.is_floating_point(type) ? type : torch.ScalarType.Int64;
}

/// <summary>Work that is the same for every numeric element type.</summary>
internal interface INumberWork
{
    public void Run<T>() where T : unmanaged, INumber<T>;
}

/// <summary>Work that is the same for both compute types.</summary>
internal interface IFloatWork
{
    public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>Calls generic work with the element type of a tensor.</summary>
internal static class Dispatch
{
    internal static void Number<TWork>(string operation, torch.ScalarType type, TWork work) where TWork : struct, INumberWork
    {
        switch (type)
        {
            case torch.ScalarType.Float32: work.Run<float>(); break;
            case torch.ScalarType.Float64: work.Run<double>(); break;
            case torch.ScalarType.Int64: work.Run<long>(); break;
            case torch.ScalarType.Int32: work.Run<int>(); break;
            case torch.ScalarType.Int16: work.Run<short>(); break;
            case torch.ScalarType.Int8: work.Run<sbyte>(); break;
            case torch.ScalarType.Byte or torch.ScalarType.Bool: work.Run<byte>(); break;
            default: throw Errors.Type(operation, type);
        }
    }

    internal static void Float<TWork>(string operation, torch.ScalarType type, TWork work) where TWork : struct, IFloatWork
    {
        switch (type)
        {
            case torch.ScalarType.Float32: work.Run<float>(); break;
            case torch.ScalarType.Float64: work.Run<double>(); break;
            default: throw Errors.Type(operation, type);
        }
    }
}
