using System.Numerics;

namespace TorchSharp;

using static torch;

/// <summary>Reductions of whole tensors over chosen dimensions; results keep the reduced dimensions with size 1.</summary>
internal static unsafe class Reduce
{
    internal static Tensor Sum(Tensor x, bool[] reduced)
    {
        var (kept, gone, shape) = Split(x, reduced);
        var output = Tensor.Make(x.dtype, shape);
        if (x.numel() == 0) output.Fill(0);
        else Dispatch.Number("sum", x.dtype, new SumWork { Kept = kept, Gone = gone, X = x, Y = output });
        GC.KeepAlive(x);
        return output;
    }

    /// <summary>The column sums of a matrix (rows, <paramref name="width"/>), as a vector.</summary>
    internal static Tensor Columns(Tensor x, long width)
    {
        using var sum = Sum(x, [true, false]);
        return sum.View([width], [1], 0);
    }

    /// <summary>
    /// Σ a·b along the last dimension in one pass, where the target differs from the operands' shape by that dimension only;
    /// null where that is not so.
    /// </summary>
    internal static Tensor? ProductOfRows(Tensor a, Tensor b, ReadOnlySpan<long> target)
    {
        var rank = a.Rank;
        if (rank == 0 || target.Length != rank || target[^1] != 1 || a.Sizes[^1] <= 1 || !a.is_floating_point()) return null;
        if (!a.Sizes.SequenceEqual(b.Sizes) || !a.Sizes[..^1].SequenceEqual(target[..^1])) return null;
        using var x = a.Packed();
        using var y = b.Packed();
        var output = Tensor.Make(a.dtype, target.ToArray());
        Dispatch.Float("mul", a.dtype, new DotWork { X = x, Y = y, Output = output });
        return output;
    }

    private static (Loop Kept, Loop Gone, long[] Shape) Split(Tensor x, bool[] reduced)
    {
        var shape = x.shape;
        List<long> keptSizes = [], keptStrides = [], goneSizes = [], goneStrides = [];
        for (var d = 0; d < shape.Length; d++)
        {
            (reduced[d] ? goneSizes : keptSizes).Add(shape[d]);
            (reduced[d] ? goneStrides : keptStrides).Add(x.Strides[d]);
            if (reduced[d]) shape[d] = 1;
        }
        return (Loop.Over(keptSizes.ToArray(), keptStrides.ToArray()), Loop.Over(goneSizes.ToArray(), goneStrides.ToArray()), shape);
    }

    private readonly struct SumWork : INumberWork
    {
        internal required Loop Kept { get; init; }
        internal required Loop Gone { get; init; }
        internal required Tensor X { get; init; }
        internal required Tensor Y { get; init; }

        public void Run<T>() where T : unmanaged, INumber<T> => Reductions.Sum(Kept, Gone, X.Data<T>(), Y.Data<T>());
    }

    private readonly struct DotWork : IFloatWork
    {
        internal required Tensor X { get; init; }
        internal required Tensor Y { get; init; }
        internal required Tensor Output { get; init; }

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var n = X.Sizes[^1];
            Workers.Run(new DotJob<T> { X = X.Data<T>(), Y = Y.Data<T>(), Z = Output.Data<T>(), Width = n },
                Output.numel(), Math.Max(1, Elementwise.Grain / n));
        }
    }

    private struct DotJob<T> : IJob where T : unmanaged, INumber<T>
    {
        internal T* X;
        internal T* Y;
        internal T* Z;
        internal long Width;

        public readonly void Run(long start, long end)
        {
            for (var r = start; r < end; r++) Z[r] = Reductions.Dot(X + r * Width, Y + r * Width, Width);
        }
    }
}
