using System.Numerics;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>input (..., in) · weightsᵀ (out, in) + bias (out).</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null)
            {
                if (weights.Rank != 2 || input.Rank == 0 || input.Sizes[^1] != weights.Sizes[1])
                    throw Errors.Shapes2(nameof(linear), input.Sizes, weights.Sizes, "mat1 and mat2 shapes cannot be multiplied");
                if (bias is not null && (bias.Rank != 1 || bias.Sizes[0] != weights.Sizes[0]))
                    throw Errors.Shapes2(nameof(linear), weights.Sizes, bias.Sizes, "the bias must have one value for each output");
                if (input.dtype != weights.dtype)
                    throw Errors.Shapes2(nameof(linear), input.Sizes, weights.Sizes, $"mat1 and mat2 must have the same dtype, but got {input.dtype} and {weights.dtype}");
                if (bias is not null && bias.dtype != weights.dtype)
                    throw Errors.Shapes2(nameof(linear), weights.Sizes, bias.Sizes, $"weights and bias must have the same dtype, but got {weights.dtype} and {bias.dtype}");
                long depth = weights.Sizes[1], width = weights.Sizes[0];
                var output = Tensor.Make(input.dtype, [.. input.Sizes[..^1], width]);
                Tensor tall;
                using (DisposeScope.Suspend())
                {
                    tall = Flat(input, depth);
                    using var bare = weights.Keep();
                    using var turned = bare.transpose(0, 1);
                    using var flat = output.View([tall.Sizes[0], width], [width, 1], 0);
                    using var row = bias?.Packed();
                    Products.Multiply(tall, turned, flat, accumulate: false, row);
                }
                using (tall)
                {
                    if (!Graph.Tracks(input, weights, bias)) return output;
                    var shape = input.SizeArray;
                    return Graph.Record(output, nameof(linear), [input, weights, bias], [tall, weights], (g, s) =>
                    {
                        using var dy = Flat(g, width);
                        Tensor? dx = null;
                        if (s.Needs(0))
                        {
                            dx = Tensor.Make(g.dtype, shape);
                            using var flat = dx.View([dy.Sizes[0], depth], [depth, 1], 0);
                            Products.Multiply(dy, s[1], flat, accumulate: false);
                        }
                        return [dx, s.Needs(1) ? Products.TransposedTimes(dy, s[0]) : null, s.Needs(2) ? Reduce.Columns(dy, width) : null];
                    });
                }
            }

            // (..., n) as (rows, n) with contiguous rows, outside graphs.
            private static Tensor Flat(Tensor x, long n)
            {
                using var bare = x.Packed();
                return bare.View([n == 0 ? Shapes.Count(x.Sizes[..^1]) : x.numel() / n, n], [n, 1], bare.Offset);
            }

            /// <summary>Rows of weight (n, d) at the indices x (...), giving (..., d). TorchSharp shows only the module.</summary>
            internal static Tensor embedding(Tensor input, Tensor weight, long? padding_idx = null)
            {
                if (weight.Rank != 2) throw Errors.Shapes2(nameof(embedding), input.Sizes, weight.Sizes, "'weight' must be 2-D");
                using var pause = DisposeScope.Suspend();
                // The indices are checked under this operation's name.
                using var indices = input.Indices(nameof(embedding), weight, 0, [ScalarType.Int64, ScalarType.Int32]);
                using var flat = indices.reshape(-1);
                if (padding_idx is not { } padding)
                {
                    using var lines = weight.index_select(0, flat);
                    return Finished(pause, lines.reshape([.. input.Sizes, weight.Sizes[1]]));
                }
                // The padding row takes part in the output but not in the gradient.
                using var mask = flat.eq(padding);
                using var isPadding = mask.unsqueeze(1);
                using var live = weight.index_select(0, flat);
                using var bare = weight.detach();
                using var constant = bare.index_select(0, flat);
                using var mixed = constant.where(isPadding, live);
                return Finished(pause, mixed.reshape([.. input.Sizes, weight.Sizes[1]]));
            }

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => SoftmaxOf(nameof(softmax), input, dim, dtype, log: false);

            public static Tensor log_softmax(Tensor x, long dim) => SoftmaxOf(nameof(log_softmax), x, dim, null, log: true);

            internal static Tensor SoftmaxOf(string operation, Tensor input, long dim, ScalarType? dtype, bool log)
            {
                using var pause = DisposeScope.Suspend();
                var d = Shapes.Dimension(operation, dim, input.SizeArray);
                using var typed = input.to_type(dtype ?? input.dtype);
                using var lined = typed.Rank == 0 ? typed.reshape(1) : typed.transpose(d, -1);
                using var x = lined.Packed();
                using var y = x.MakeLike();
                if (x.numel() > 0) Dispatch.Float(operation, x.dtype, new SoftmaxWork { X = x, Y = y, Log = log });
                Tensor.Traced(y, operation, lined, [y], (g, s) =>
                {
                    using var dy = g.Packed();
                    var dx = dy.MakeLike();
                    if (dy.numel() > 0) Dispatch.Float(operation, dy.dtype, new SoftmaxGradientWork { Dy = dy, Y = s[0], Dx = dx, Log = log });
                    return [dx];
                });
                return Finished(pause, input.Rank == 0 ? y.reshape(Array.Empty<long>()) : y.transpose(d, -1));
            }

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
            {
                if (normalized_shape.Length == 0 || input.Rank < normalized_shape.Length || !input.Sizes[^normalized_shape.Length..].SequenceEqual(normalized_shape))
                    throw Errors.Shapes2(nameof(layer_norm), normalized_shape, input.Sizes, "expected input with trailing shape normalized_shape");
                CheckAffine(weight, normalized_shape);
                CheckAffine(bias, normalized_shape);
                using var pause = DisposeScope.Suspend();
                return Finished(pause, LayerNormFused.Fits(input, weight, bias)
                    ? LayerNormFused.Run(input, normalized_shape.Aggregate(1L, static (product, n) => product * n), weight, bias, eps)
                    : Stepwise(input, normalized_shape.Length, weight, bias, eps));
            }

            private static Tensor Stepwise(Tensor input, int normalized, Tensor? weight, Tensor? bias, double eps)
            {
                var dims = Enumerable.Range(1, normalized).Select(static d => -(long)d).ToArray();
                using var average = input.mean(dims, true);
                using var centred = input.sub(average);
                using var squares = centred.pow(2);
                using var variance = squares.mean(dims, true);
                using var shifted = variance.add(eps);
                using var scale = shifted.rsqrt();
                using var normal = centred.mul(scale);
                using var weighted = weight is null ? normal.alias() : normal.mul(weight);
                return bias is null ? weighted.alias() : weighted.add(bias);
            }

            private static void CheckAffine(Tensor? factor, long[] normalized_shape)
            {
                if (factor is not null && !factor.Sizes.SequenceEqual(normalized_shape))
                    throw Errors.Shapes2(nameof(layer_norm), factor.Sizes, normalized_shape, "expected weight and bias to be of the same shape as normalized_shape");
            }

            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_() : x.silu();

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_() : x.relu();

            public static Tensor sigmoid(Tensor x, bool inplace) => inplace ? x.sigmoid_() : x.sigmoid();

            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? x.tanh_() : x.tanh();

            public static Tensor gelu(Tensor x) => x.gelu();

            public static Tensor gelu(Tensor x, bool inplace) => inplace ? x.gelu_() : x.gelu();

            public static Tensor gelu(Tensor x, Modules.GELU.Approximate approximate, bool inplace = false) =>
                inplace ? x.gelu_(approximate) : x.gelu(approximate);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (p is < 0 or > 1) throw Errors.Torch($"dropout: probability has to be between 0 and 1, but got {p}");
                if (!training || p == 0) return input.alias();
                using var pause = DisposeScope.Suspend();
                using var mask = Tensor.Make(input.dtype, input.shape).bernoulli_(1 - p);
                if (p < 1) mask.mul_(1 / (1 - p));
                if (inplace) return input.mul_(mask);
                return Finished(pause, input.mul(mask));
            }

            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using var pause = DisposeScope.Suspend();
                using var length = input.Norm([dim], true, p);
                using var floor = length.clamp_min(eps);
                return Finished(pause, input.div(floor));
            }

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8)
            {
                using var scope = NewDisposeScope();
                var u1 = x1.div(x1.Norm([dim], true, 2).clamp_min(eps));
                var u2 = x2.div(x2.Norm([dim], true, 2).clamp_min(eps));
                return u1.mul(u2).sum(dim).MoveToOuterDisposeScope();
            }

            public static unsafe Tensor one_hot(Tensor x, long num_classes = -1)
            {
                var classes = x.Longs();
                var n = num_classes >= 0 ? num_classes : classes.Length == 0 ? 0 : classes.Max() + 1;
                var output = Tensor.Make(ScalarType.Int64, [.. x.Sizes, n]);
                output.Fill(0);
                for (long i = 0; i < classes.Length; i++)
                {
                    if (classes[i] < 0 || classes[i] >= n) throw Errors.Torch($"one_hot: Class values must be in [0, {n}), got {classes[i]}");
                    output.Data<long>()[i * n + classes[i]] = 1;
                }
                return output;
            }

            private readonly unsafe struct SoftmaxWork : IFloatWork
            {
                internal required Tensor X { get; init; }
                internal required Tensor Y { get; init; }
                internal required bool Log { get; init; }

                public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
                    SoftmaxRows.Forward(X.Data<T>(), Y.Data<T>(), X.numel() / X.Sizes[^1], X.Sizes[^1], Log);
            }

            private readonly unsafe struct SoftmaxGradientWork : IFloatWork
            {
                internal required Tensor Dy { get; init; }
                internal required Tensor Y { get; init; }
                internal required Tensor Dx { get; init; }
                internal required bool Log { get; init; }

                public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
                    SoftmaxRows.Backward(Dy.Data<T>(), Y.Data<T>(), Dx.Data<T>(), Y.numel() / Y.Sizes[^1], Y.Sizes[^1], Log);
            }
        }
    }

    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => nn.functional.softmax(input, dim, dtype);

    public static partial class special
    {
        public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => nn.functional.softmax(input, dim, dtype);

        public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) =>
            nn.functional.SoftmaxOf(nameof(log_softmax), input, dim, dtype, log: true);
    }

    public partial class Tensor
    {
        public Tensor softmax(long dim, ScalarType? dtype = null) => nn.functional.softmax(this, dim, dtype);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => special.log_softmax(this, dim, dtype);
    }
}
