using System.Numerics;

namespace TorchSharp;

/// <summary>Layer normalisation over trailing dimensions as one operation with its own gradient.</summary>
internal static unsafe class LayerNormFused
{
    /// <summary>Whether the operands are of one floating-point type that is computed with, and not empty.</summary>
    internal static bool Fits(torch.Tensor input, torch.Tensor? weight, torch.Tensor? bias) =>
        input.dtype is torch.ScalarType.Float32 or torch.ScalarType.Float64 && input.numel() > 0
        && (weight is null || weight.dtype == input.dtype) && (bias is null || bias.dtype == input.dtype);

    internal static torch.Tensor Run(torch.Tensor input, long width, torch.Tensor? weight, torch.Tensor? bias, double epsilon)
    {
        using var x = input.Packed();
        using var w = weight?.Packed();
        using var b = bias?.Packed();
        var rows = x.numel() / width;
        var y = x.MakeLike();
        using var means = torch.Tensor.Make(x.dtype, [rows]);
        using var scales = torch.Tensor.Make(x.dtype, [rows]);
        Dispatch.Float(nameof(torch.nn.functional.layer_norm), x.dtype, new ForwardWork { X = x, Weight = w, Bias = b, Epsilon = epsilon, Y = y, Means = means, Scales = scales });
        if (!Graph.Tracks(input, weight, bias)) return y;
        torch.Tensor[] saved = w is null ? [x, means, scales] : [x, means, scales, w];
        var (hasWeight, shape) = (w is not null, weight?.shape ?? bias?.shape);
        return Graph.Record(y, nameof(torch.nn.functional.layer_norm), [input, weight, bias], saved, (g, s) =>
        {
            using var dy = g.Packed();
            var dx = dy.MakeLike();
            using var sums = torch.Tensor.Make(dy.dtype, [(rows + LayerNormRows.Block - 1) / LayerNormRows.Block, 2 * width]);
            Dispatch.Float("layer_norm backward", dy.dtype, new BackwardWork
            {
                Dy = dy, X = s[0], Weight = hasWeight ? s[3] : null, Means = s[1], Scales = s[2], Dx = dx, Sums = sums,
            });
            if (shape is null || !s.Needs(1) && !s.Needs(2)) return [dx, null, null];
            using var total = Reduce.Columns(sums, 2 * width);
            return [dx, s.Needs(1) ? total.View(shape, Shapes.Strides(shape), 0) : null, s.Needs(2) ? total.View(shape, Shapes.Strides(shape), width) : null];
        });
    }

    private readonly struct ForwardWork : IFloatWork
    {
        internal required torch.Tensor X { get; init; }
        internal required torch.Tensor? Weight { get; init; }
        internal required torch.Tensor? Bias { get; init; }
        internal required double Epsilon { get; init; }
        internal required torch.Tensor Y { get; init; }
        internal required torch.Tensor Means { get; init; }
        internal required torch.Tensor Scales { get; init; }

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => LayerNormRows.Forward(
            X.Data<T>(), Weight is null ? null : Weight.Data<T>(), Bias is null ? null : Bias.Data<T>(), T.CreateTruncating(Epsilon),
            Y.Data<T>(), Means.Data<T>(), Scales.Data<T>(), Means.numel(), X.numel() / Means.numel());
    }

    private readonly struct BackwardWork : IFloatWork
    {
        internal required torch.Tensor Dy { get; init; }
        internal required torch.Tensor X { get; init; }
        internal required torch.Tensor? Weight { get; init; }
        internal required torch.Tensor Means { get; init; }
        internal required torch.Tensor Scales { get; init; }
        internal required torch.Tensor Dx { get; init; }
        internal required torch.Tensor Sums { get; init; }

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => LayerNormRows.Backward(
            Dy.Data<T>(), X.Data<T>(), Weight is null ? null : Weight.Data<T>(), Means.Data<T>(), Scales.Data<T>(),
            Dx.Data<T>(), Sums.Data<T>(), Means.numel(), X.numel() / Means.numel());
    }
}
