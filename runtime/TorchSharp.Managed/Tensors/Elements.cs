using System.Numerics;

namespace TorchSharp;

using static torch;

/// <summary>Element-by-element operations on whole tensors: shapes and types are settled here, kernels do the rest.</summary>
internal static unsafe class Elements
{
    internal static Tensor Binary<TOp>(string operation, Tensor a, Tensor b) where TOp : IBinary
    {
        var output = Tensor.Make(a.dtype, Shapes.Broadcast(operation, a.Sizes, b.Sizes));
        BinaryInto<TOp>(operation, a, b, output);
        return output;
    }

    /// <summary>
    /// Writes f(a, b) to a contiguous tensor of the broadcast shape; a, b and it have one type. Whole numbers may have no quotient:
    /// then some of the output may have been written.
    /// </summary>
    internal static void BinaryInto<TOp>(string operation, Tensor a, Tensor b, Tensor output) where TOp : IBinary
    {
        if (output.numel() != 0)
        {
            var loop = Loop.Over(output.Sizes,
                Shapes.BroadcastStrides(a.Sizes, a.Strides, output.Sizes), Shapes.BroadcastStrides(b.Sizes, b.Strides, output.Sizes));
            try
            {
                Dispatch.Number(operation, output.dtype, new BinaryWork<TOp> { Loop = loop, A = a, B = b, Output = output });
            }
            catch (ArithmeticException cause)
            {
                var why = cause is DivideByZeroException ? "whole numbers are divided by zero" : $"a quotient is beyond {output.dtype}";
                throw Errors.Shapes2(operation, a.Sizes, b.Sizes, why, cause);
            }
        }
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }

    internal static Tensor Compare<TOp>(string operation, Tensor a, Tensor b) where TOp : IPredicate
    {
        var type = Types.Promote(a, b);
        using var x = a.Typed(type);
        using var y = b.Typed(type);
        var output = Tensor.Make(ScalarType.Bool, Shapes.Broadcast(operation, a.Sizes, b.Sizes));
        if (output.numel() != 0)
        {
            var loop = Loop.Over(output.Sizes,
                Shapes.BroadcastStrides(x.Sizes, x.Strides, output.Sizes), Shapes.BroadcastStrides(y.Sizes, y.Strides, output.Sizes));
            Dispatch.Number(operation, type, new CompareWork<TOp> { Loop = loop, A = x, B = y, Output = output });
        }
        return output;
    }

    internal static Tensor Float<TOp>(string operation, Tensor a) where TOp : IFloatUnary
    {
        using var x = a.Packed();
        var output = x.MakeLike();
        FloatInto<TOp>(operation, x, output);
        return output;
    }

    internal static void FloatInto<TOp>(string operation, Tensor a, Tensor output) where TOp : IFloatUnary
    {
        Dispatch.Float(operation, a.dtype, new FloatWork<TOp> { A = a, Output = output });
        GC.KeepAlive(a);
    }

    /// <summary>condition ? x : y, broadcast; x and y have one type.</summary>
    internal static Tensor Select(string operation, Tensor condition, Tensor x, Tensor y)
    {
        if (condition.dtype != ScalarType.Bool)
            throw Errors.Shapes2(operation, condition.Sizes, y.Sizes, $"only boolean masks are supported, but the mask is {condition.dtype}");
        var output = Tensor.Make(x.dtype, Shapes.Broadcast(operation, Shapes.Broadcast(operation, condition.Sizes, x.Sizes), y.Sizes));
        if (output.numel() != 0)
        {
            var loop = Loop.Over(output.Sizes,
                Shapes.BroadcastStrides(condition.Sizes, condition.Strides, output.Sizes),
                Shapes.BroadcastStrides(x.Sizes, x.Strides, output.Sizes),
                Shapes.BroadcastStrides(y.Sizes, y.Strides, output.Sizes));
            Dispatch.Number(operation, x.dtype, new SelectWork { Loop = loop, Condition = condition, X = x, Y = y, Output = output });
        }
        GC.KeepAlive(condition);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return output;
    }

    private readonly struct BinaryWork<TOp> : INumberWork where TOp : IBinary
    {
        internal required Loop Loop { get; init; }
        internal required Tensor A { get; init; }
        internal required Tensor B { get; init; }
        internal required Tensor Output { get; init; }

        public void Run<T>() where T : unmanaged, INumber<T> => Elementwise.Binary<T, TOp>(Loop, A.Data<T>(), B.Data<T>(), Output.Data<T>());
    }

    private readonly struct CompareWork<TOp> : INumberWork where TOp : IPredicate
    {
        internal required Loop Loop { get; init; }
        internal required Tensor A { get; init; }
        internal required Tensor B { get; init; }
        internal required Tensor Output { get; init; }

        public void Run<T>() where T : unmanaged, INumber<T> => Elementwise.Compare<T, TOp>(Loop, A.Data<T>(), B.Data<T>(), Output.Data<byte>());
    }

    private readonly struct FloatWork<TOp> : IFloatWork where TOp : IFloatUnary
    {
        internal required Tensor A { get; init; }
        internal required Tensor Output { get; init; }

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => Elementwise.Unary<T, TOp>(A.Data<T>(), Output.Data<T>(), A.numel());
    }

    private readonly struct SelectWork : INumberWork
    {
        internal required Loop Loop { get; init; }
        internal required Tensor Condition { get; init; }
        internal required Tensor X { get; init; }
        internal required Tensor Y { get; init; }
        internal required Tensor Output { get; init; }

        public void Run<T>() where T : unmanaged, INumber<T> =>
            Elementwise.Select(Loop, Condition.Data<byte>(), X.Data<T>(), Y.Data<T>(), Output.Data<T>());
    }
}
