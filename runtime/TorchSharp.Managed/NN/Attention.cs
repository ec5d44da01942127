using System.Numerics;
using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>
            /// softmax(q · kᵀ / √E + mask) · v for q (..., L, E), k (..., S, E), v (..., S, Ev). A boolean mask is true where a
            /// position takes part; any other is added. One fused operation keeps only the log-sums of the rows (Dao et al., 2022).
            /// </summary>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, [MarshalAs(UnmanagedType.U1)] bool is_casual = false)
            {
                if (p < 0) throw new ArgumentException("Dropout probability must be greater than or equal to zero.");
                if (is_casual && attn_mask is not null) throw new ArgumentException("Casual attention masking cannot pass a mask.");
                if (query.Rank < 2 || key.Rank < 2 || value.Rank < 2 || query.Sizes[^1] != key.Sizes[^1])
                    throw Errors.Shapes2(nameof(scaled_dot_product_attention), query.Sizes, key.Sizes, "query and key must have the same last dimension");
                if (key.Sizes[^2] != value.Sizes[^2])
                    throw Errors.Shapes2(nameof(scaled_dot_product_attention), key.Sizes, value.Sizes, "key and value must have the same length");
                using var pause = DisposeScope.Suspend();
                var fits = p == 0 && attn_mask is not { requires_grad: true } && query.Rank is 3 or 4 && query.Rank == key.Rank && key.Rank == value.Rank
                    && query.Sizes[..^2].SequenceEqual(key.Sizes[..^2]) && query.Sizes[..^2].SequenceEqual(value.Sizes[..^2])
                    && query.numel() > 0 && key.numel() > 0 && value.numel() > 0 && query.dtype == key.dtype && key.dtype == value.dtype;
                return Finished(pause, fits
                    ? AttentionFused.Run(query, key, value, attn_mask, is_casual)
                    : Stepwise(query, key, value, attn_mask, p, is_casual));
            }

            private static Tensor Stepwise(Tensor query, Tensor key, Tensor value, Tensor? mask, double p, bool causal)
            {
                using var turned = key.transpose(-2, -1);
                using var products = query.matmul(turned);
                using var scores = products.mul(1 / Math.Sqrt(query.Sizes[^1]));
                using var lower = causal ? ones([query.Sizes[^2], key.Sizes[^2]], ScalarType.Bool).tril() : null;
                using var bias = (mask ?? lower) switch
                {
                    null => null,
                    { dtype: ScalarType.Bool } keep => zeros(keep.shape, query.dtype).masked_fill(keep.logical_not(), double.NegativeInfinity),
                    { } added => added.alias(),
                };
                using var masked = bias is null ? scores.alias() : scores.add(bias);
                using var weights = masked.softmax(-1);
                using var kept = p == 0 ? weights.alias() : dropout(weights, p);
                return kept.matmul(value);
            }
        }
    }
}

/// <summary>Attention as one operation with its own gradient.</summary>
internal static unsafe class AttentionFused
{
    internal static torch.Tensor Run(torch.Tensor query, torch.Tensor key, torch.Tensor value, torch.Tensor? mask, bool causal)
    {
        using var q = Rows(query);
        using var k = Rows(key);
        using var v = Rows(value);
        var output = LikeQuery(q, v.Sizes[^1]);
        using var logSum = torch.Tensor.Make(q.dtype, q.SizeArray[..^1]);
        using var spread = Spread(mask, q, k);
        Dispatch.Float(nameof(torch.nn.functional.scaled_dot_product_attention), q.dtype, new ForwardWork
        {
            Q = q, K = k, V = v, Output = output, LogSum = logSum, Mask = spread, Causal = causal,
        });
        if (!Graph.Tracks(query, key, value)) return output;
        torch.Tensor[] saved = spread is null ? [q, k, v, output, logSum] : [q, k, v, output, logSum, spread];
        var masked = spread is not null;
        return Graph.Record(output, nameof(torch.nn.functional.scaled_dot_product_attention), [query, key, value], saved, (g, s) =>
        {
            using var dy = Rows(g);
            var dq = LikeQuery(s[0], s[0].Sizes[^1]);
            var dk = LikeQuery(s[1], s[1].Sizes[^1]);
            var dv = LikeQuery(s[2], s[2].Sizes[^1]);
            Dispatch.Float("attention backward", dy.dtype, new BackwardWork
            {
                Q = s[0], K = s[1], V = s[2], Output = s[3], LogSum = s[4], Mask = masked ? s[5] : null, Causal = causal,
                Dy = dy, Dq = dq, Dk = dk, Dv = dv,
            });
            return [dq, dk, dv];
        });
    }

    // Any layout will do as long as each row is contiguous.
    private static torch.Tensor Rows(torch.Tensor x) => x.Strides[^1] == 1 || x.Sizes[^1] == 1 ? x.Keep() : x.ContiguousCopy();

    /// <summary>Heads that were split from one row (strides of a transpose) are joined again without a copy, so results keep that layout.</summary>
    private static torch.Tensor LikeQuery(torch.Tensor x, long width)
    {
        if (x.Rank != 4 || x.Strides[1] >= x.Strides[2]) return torch.Tensor.Make(x.dtype, [.. x.Sizes[..^1], width]);
        using var apart = torch.Tensor.Make(x.dtype, [x.Sizes[0], x.Sizes[2], x.Sizes[1], width]);
        using var bare = apart.Keep();
        return bare.transpose(1, 2);
    }

    private static torch.Tensor? Spread(torch.Tensor? mask, torch.Tensor q, torch.Tensor k)
    {
        if (mask is null) return null;
        using var typed = mask.dtype == torch.ScalarType.Bool ? mask.Keep() : mask.Typed(q.dtype);
        return typed.expand([.. q.Sizes[..^1], k.Sizes[^2]]);
    }

    private static HeadLayout Layout(torch.Tensor x) => x.Rank == 3
        ? new HeadLayout(x.Strides[0], 0, x.Strides[1])
        : new HeadLayout(x.Strides[0], x.Strides[1], x.Strides[2]);

    private static AttentionProblem<T> Problem<T>(torch.Tensor q, torch.Tensor k, torch.Tensor v, torch.Tensor output, torch.Tensor logSum, torch.Tensor? mask, bool causal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var problem = new AttentionProblem<T>
        {
            Batches = q.Sizes[0], Heads = q.Rank == 4 ? q.Sizes[1] : 1, Queries = q.Sizes[^2], Keys = k.Sizes[^2], Depth = q.Sizes[^1], Width = v.Sizes[^1],
            Q = q.Data<T>(), K = k.Data<T>(), V = v.Data<T>(), Y = output.Data<T>(), LogSum = logSum.Data<T>(),
            LayoutQ = Layout(q), LayoutK = Layout(k), LayoutV = Layout(v), LayoutY = Layout(output), Causal = causal,
            Scale = T.CreateTruncating(1 / Math.Sqrt(q.Sizes[^1])),
        };
        if (mask is null) return problem;
        if (mask.dtype == torch.ScalarType.Bool) problem.Keep = mask.Data<byte>();
        else problem.Bias = mask.Data<T>();
        problem.LayoutMask = Layout(mask);
        problem.MaskStep = mask.Strides[^1];
        return problem;
    }

    private readonly struct ForwardWork : IFloatWork
    {
        internal required torch.Tensor Q { get; init; }
        internal required torch.Tensor K { get; init; }
        internal required torch.Tensor V { get; init; }
        internal required torch.Tensor Output { get; init; }
        internal required torch.Tensor LogSum { get; init; }
        internal required torch.Tensor? Mask { get; init; }
        internal required bool Causal { get; init; }

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            AttentionRows.Forward(Problem<T>(Q, K, V, Output, LogSum, Mask, Causal));
    }

    private readonly struct BackwardWork : IFloatWork
    {
        internal required torch.Tensor Q { get; init; }
        internal required torch.Tensor K { get; init; }
        internal required torch.Tensor V { get; init; }
        internal required torch.Tensor Output { get; init; }
        internal required torch.Tensor LogSum { get; init; }
        internal required torch.Tensor? Mask { get; init; }
        internal required bool Causal { get; init; }
        internal required torch.Tensor Dy { get; init; }
        internal required torch.Tensor Dq { get; init; }
        internal required torch.Tensor Dk { get; init; }
        internal required torch.Tensor Dv { get; init; }

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var problem = Problem<T>(Q, K, V, Output, LogSum, Mask, Causal);
            problem.Dy = Dy.Data<T>();
            problem.Dq = Dq.Data<T>();
            problem.Dk = Dk.Data<T>();
            problem.Dv = Dv.Data<T>();
            problem.LayoutDy = Layout(Dy);
            problem.LayoutDq = Layout(Dq);
            problem.LayoutDk = Layout(Dk);
            problem.LayoutDv = Layout(Dv);
            AttentionRows.Backward(problem);
        }
    }
}
