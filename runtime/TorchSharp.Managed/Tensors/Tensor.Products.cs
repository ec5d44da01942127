using System.Numerics;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        public Tensor matmul(Tensor target)
        {
            if (Rank == 0 || target.Rank == 0)
                throw Errors.Shapes2(nameof(matmul), sizes, target.sizes, "both arguments to matmul need to be at least 1D");
            if (Rank == 1 && target.Rank == 1) return dot(target);
            if (Rank == 2 && target.Rank == 2) return Products.Matrix(nameof(matmul), this, target);
            using var pause = DisposeScope.Suspend();
            using var a = Rank == 1 ? unsqueeze(0) : alias();
            using var b = target.Rank == 1 ? target.unsqueeze(1) : target.alias();
            if (a.sizes[^1] != b.sizes[^2])
                throw Errors.Shapes2(nameof(matmul), sizes, target.sizes, "the inner dimensions must match");
            using var product = Products.Batched(a, b);
            using var left = Rank == 1 ? product.squeeze(-2) : product.alias();
            return Released(pause, target.Rank == 1 ? left.squeeze(-1) : left.alias());
        }

        public Tensor mm(Tensor target)
        {
            if (Rank != 2 || target.Rank != 2) throw Errors.Shapes2(nameof(mm), sizes, target.sizes, "both must be matrices");
            return Products.Matrix(nameof(mm), this, target);
        }

        public Tensor bmm(Tensor batch2)
        {
            if (Rank != 3 || batch2.Rank != 3 || sizes[0] != batch2.sizes[0] || sizes[2] != batch2.sizes[1])
                throw Errors.Shapes2(nameof(bmm), sizes, batch2.sizes, "batch1 and batch2 must be 3D with one batch size and matching inner dimensions");
            return Products.Batch(nameof(bmm), this, batch2);
        }

        public Tensor mv(Tensor target)
        {
            if (Rank != 2 || target.Rank != 1) throw Errors.Shapes2(nameof(mv), sizes, target.sizes, "a matrix and a vector are needed");
            return matmul(target);
        }

        public Tensor dot(Tensor target)
        {
            if (kind != target.kind) throw Errors.Shapes2(nameof(dot), sizes, target.sizes, $"expected both vectors to have same dtype, but found {kind} and {target.kind}");
            if (Rank != 1 || target.Rank != 1 || sizes[0] != target.sizes[0])
                throw Errors.Shapes2(nameof(dot), sizes, target.sizes, "inconsistent tensor size, expected tensor [n] and src [n] to have the same number of elements");
            using var pause = DisposeScope.Suspend();
            using var product = mul(target);
            return Released(pause, product.sum());
        }

        public Tensor outer(Tensor vec2)
        {
            if (Rank != 1 || vec2.Rank != 1) throw Errors.Shapes2(nameof(outer), sizes, vec2.sizes, "both must be vectors");
            using var pause = DisposeScope.Suspend();
            using var column = unsqueeze(1);
            return Released(pause, column.mul(vec2));
        }

        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1)
        {
            using var pause = DisposeScope.Suspend();
            using var product = mat1.mm(mat2);
            return Released(pause, PlusScaled(product, beta, alpha));
        }

        private Tensor PlusScaled(Tensor product, float beta, float alpha)
        {
            using var scaled = alpha == 1 ? product.alias() : product.mul(alpha);
            using var start = beta == 1 ? alias() : mul(beta);
            return start.add(scaled);
        }
    }
}

/// <summary>Matrix products of tensors and their gradients: dA = dC · Bᵀ, dB = Aᵀ · dC, batch by batch.</summary>
internal static unsafe class Products
{
    internal static torch.Tensor Matrix(string operation, torch.Tensor a, torch.Tensor b)
    {
        if (a.Sizes[1] != b.Sizes[0])
            throw Errors.Shapes2(operation, a.Sizes, b.Sizes, "mat1 and mat2 shapes cannot be multiplied");
        CheckTypes(operation, a, b);
        var output = torch.Tensor.Make(a.dtype, [a.Sizes[0], b.Sizes[1]]);
        Multiply(a, b, output, accumulate: false);
        return torch.Tensor.Traced(output, operation, a, b, [a, b], static (g, s) => [s.Needs(0) ? TimesTransposed(g, s[1]) : null, s.Needs(1) ? TransposedTimes(s[0], g) : null]);
    }

    internal static torch.Tensor Batch(string operation, torch.Tensor a, torch.Tensor b)
    {
        CheckTypes(operation, a, b);
        var output = torch.Tensor.Make(a.dtype, [a.Sizes[0], a.Sizes[1], b.Sizes[2]]);
        Multiply(a, b, output, accumulate: false);
        return torch.Tensor.Traced(output, operation, a, b, [a, b], static (g, s) => [s.Needs(0) ? TimesTransposed(g, s[1]) : null, s.Needs(1) ? TransposedTimes(s[0], g) : null]);
    }

    /// <summary>Products of matrices over broadcast leading dimensions; both have at least two.</summary>
    internal static torch.Tensor Batched(torch.Tensor a, torch.Tensor b)
    {
        if (b.Rank == 2)
        {
            // Every matrix of the batch meets the same b: one tall product.
            using var tall = a.reshape(-1, a.Sizes[^1]);
            using var product = Matrix("matmul", tall, b);
            return product.reshape([.. a.Sizes[..^1], b.Sizes[1]]);
        }
        var lead = Shapes.Broadcast("matmul", a.Sizes[..^2], b.Sizes[..^2]);
        using var wideA = a.expand([.. lead, a.Sizes[^2], a.Sizes[^1]]);
        using var wideB = b.expand([.. lead, b.Sizes[^2], b.Sizes[^1]]);
        var count = Shapes.Count(lead);
        using var flatA = wideA.reshape([count, a.Sizes[^2], a.Sizes[^1]]);
        using var flatB = wideB.reshape([count, b.Sizes[^2], b.Sizes[^1]]);
        using var output = Batch("matmul", flatA, flatB);
        return output.reshape([.. lead, a.Sizes[^2], b.Sizes[^1]]);
    }

    internal static torch.Tensor TimesTransposed(torch.Tensor a, torch.Tensor b)
    {
        using var turned = b.transpose(-2, -1);
        var output = torch.Tensor.Make(a.dtype, [.. a.Sizes[..^1], turned.Sizes[^1]]);
        Multiply(a, turned, output, accumulate: false);
        return output;
    }

    internal static torch.Tensor TransposedTimes(torch.Tensor a, torch.Tensor b)
    {
        using var turned = a.transpose(-2, -1);
        var output = torch.Tensor.Make(a.dtype, [.. turned.Sizes[..^1], b.Sizes[^1]]);
        Multiply(turned, b, output, accumulate: false);
        return output;
    }

    /// <summary>output = or += a · b, each a matrix or a batch of matrices; the output is contiguous. A bias (n) is added to every row of a matrix.</summary>
    internal static void Multiply(torch.Tensor a, torch.Tensor b, torch.Tensor output, bool accumulate, torch.Tensor? bias = null)
    {
        if (output.numel() != 0) Dispatch.Float("matmul", output.dtype, new Work { A = a, B = b, Output = output, Accumulate = accumulate, Bias = bias });
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }

    private static void CheckTypes(string operation, torch.Tensor a, torch.Tensor b)
    {
        if (a.dtype != b.dtype)
            throw Errors.Shapes2(operation, a.Sizes, b.Sizes, $"expected mat1 and mat2 to have the same dtype, but got {a.dtype} and {b.dtype}");
    }

    private readonly struct Work : IFloatWork
    {
        internal required torch.Tensor A { get; init; }
        internal required torch.Tensor B { get; init; }
        internal required torch.Tensor Output { get; init; }
        internal required bool Accumulate { get; init; }
        internal required torch.Tensor? Bias { get; init; }

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            long m = Output.Sizes[^2], n = Output.Sizes[^1], k = A.Sizes[^1];
            var a = new Strided<T>(A.Data<T>(), A.Strides[^2], A.Strides[^1]);
            var b = new Strided<T>(B.Data<T>(), B.Strides[^2], B.Strides[^1]);
            if (Output.Rank == 2) Gemm.Run(m, n, k, a, b, Output.Data<T>(), n, Accumulate, Bias is null ? null : Bias.Data<T>());
            else
            {
                var job = new BatchJob<T> { M = m, N = n, K = k, A = a, B = b, C = Output.Data<T>(), StepA = A.Strides[0], StepB = B.Strides[0], Accumulate = Accumulate };
                Workers.Run(job, Output.Sizes[0], Math.Max(1, (1 << 17) / Math.Max(1, m * n * k)));
            }
        }
    }

    private struct BatchJob<T> : IJob where T : unmanaged
    {
        internal long M;
        internal long N;
        internal long K;
        internal Strided<T> A;
        internal Strided<T> B;
        internal T* C;
        internal long StepA;
        internal long StepB;
        internal bool Accumulate;

        public readonly void Run(long start, long end)
        {
            for (var i = start; i < end; i++) Gemm.Serial(M, N, K, A.Offset(i * StepA), B.Offset(i * StepB), C + i * M * N, N, Accumulate);
        }
    }
}
