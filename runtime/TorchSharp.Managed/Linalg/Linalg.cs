namespace TorchSharp;

public static partial class torch
{
    /// <summary>Linear algebra on matrices and batches of them. Factorisations are not differentiable in this engine.</summary>
    public static class linalg
    {
        public enum QRMode
        {
            Reduced = 0,
            Complete = 1,
            R = 2,
        }

        /// <summary>input (m, n) = U · diag(S) · Vh, S descending.</summary>
        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true)
        {
            Check(nameof(svd), input);
            int m = (int)input.Sizes[^2], n = (int)input.Sizes[^1], k = Math.Min(m, n);
            var results = Matrices(input).Select(a =>
            {
                // A wide matrix is factored through its transpose.
                var tall = m >= n;
                var left = tall ? Columns(a, m, n) : Rows(a, m, n);
                var (s, right) = Factorisation.Jacobi(left);
                var (u, v) = tall ? (left, right) : (right, left);
                u = Factorisation.Complete(u, m, fullMatrices ? m : k);
                v = Factorisation.Complete(v, n, fullMatrices ? n : k);
                return (u, s, v);
            }).ToList();
            return (
                FromColumns(input, [.. results.Select(static r => r.u)], m),
                FromRows(input, [.. results.Select(static r => new[] { r.s })], k, drop: true),
                FromRows(input, [.. results.Select(static r => r.v)], n, drop: false));
        }

        public static Tensor svdvals(Tensor input)
        {
            var (u, s, vh) = svd(input, fullMatrices: false);
            u.Dispose();
            vh.Dispose();
            return s;
        }

        /// <summary>input (m, n) = Q · R.</summary>
        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced)
        {
            Check(nameof(qr), input);
            int m = (int)input.Sizes[^2], n = (int)input.Sizes[^1];
            var width = mode == QRMode.Complete ? m : Math.Min(m, n);
            var results = Matrices(input).Select(a =>
            {
                var r = Columns(a, m, n);
                var q = Factorisation.Householder(r, m, width);
                return (q, r: r.Select(c => c[..width]).ToArray());
            }).ToList();
            var q = mode == QRMode.R ? empty(0, input.dtype) : FromColumns(input, [.. results.Select(static r => r.q)], m);
            return (q, FromColumns(input, [.. results.Select(static r => r.r)], width));
        }

        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false)
        {
            using var pause = DisposeScope.Suspend();
            var (u, s, vh) = svd(input, fullMatrices: false);
            using (u)
            using (s)
            using (vh)
            {
                var epsilon = input.dtype == ScalarType.Float64 ? double.BitIncrement(1) - 1 : MathF.BitIncrement(1) - 1;
                var relative = rtol ?? (atol is > 0 ? 0 : Math.Max(input.Sizes[^2], input.Sizes[^1]) * epsilon);
                using var largest = s.numel() == 0 ? s.alias() : s.amax([-1], true);
                using var limit = largest.mul(relative).clamp_min(atol ?? 0);
                using var keeps = s.gt(limit);
                using var zero = Tensor.FromScalar(0, s.dtype);
                using var inverse = s.reciprocal().where(keeps, zero);
                using var scaled = vh.mul(inverse.unsqueeze(-1));
                return nn.functional.Finished(pause, scaled.transpose(-2, -1).matmul(u.transpose(-2, -1)));
            }
        }

        /// <summary>The x of least norm that minimises ‖input · x − other‖.</summary>
        public static (Tensor Solution, Tensor Residuals, Tensor Rank, Tensor SingularValues) lstsq(Tensor input, Tensor other)
        {
            if (input.Rank < 2 || other.Rank != input.Rank || input.Sizes[^2] != other.Sizes[^2])
                throw Errors.Shapes2(nameof(lstsq), input.Sizes, other.Sizes, "input and other must have the same number of rows");
            using var inverse = pinv(input);
            var solution = inverse.matmul(other);
            using var difference = input.matmul(solution).sub(other);
            var s = svdvals(input);
            var epsilon = Math.Pow(2, input.dtype == ScalarType.Float64 ? -52 : -23);
            using var rank = s.gt(s.amax([-1], true).mul(Math.Max(input.Sizes[^2], input.Sizes[^1]) * epsilon)).sum(-1);
            var overdetermined = input.Sizes[^2] > input.Sizes[^1];
            return (solution, overdetermined ? difference.pow(2).sum(-2) : empty(0, input.dtype), rank.alias(), s);
        }

        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) => vector_norm(input, 2, dims, keepdim);

        /// <summary>The vector norm over one dimension, or the matrix norm over two: a given order of a matrix is not that of its elements.</summary>
        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false)
        {
            if ((dims?.Length ?? input.Rank) != 2) return vector_norm(input, ord, dims, keepdim);
            using var pause = DisposeScope.Suspend();
            using var matrices = input.movedim(dims ?? [0, 1], [-2, -1]);
            using var sizes = Math.Abs(ord) switch
            {
                1 => matrices.abs().sum(-2L),
                2 => svdvals(matrices),
                double.PositiveInfinity => matrices.abs().sum(-1L),
                _ => throw Errors.Torch($"linalg.matrix_norm: Order {ord} not supported."),
            };
            using var result = ord > 0 ? sizes.amax([-1L]) : sizes.amin([-1L]);
            var kept = input.shape;
            foreach (var d in dims ?? [0, 1]) kept[Shapes.Dimension(nameof(norm), d, input.Rank)] = 1;
            return nn.functional.Finished(pause, keepdim ? result.reshape(kept) : result.alias());
        }

        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) => norm(input, (double)ord, dims, keepdim);

        public static Tensor vector_norm(Tensor input, double ord = 2d, long[]? dims = null, bool keepdim = false) =>
            input.Norm(dims ?? [], keepdim, ord);

        /// <summary>The solution of A · x = B, by QR.</summary>
        public static Tensor solve(Tensor A, Tensor B, bool left = true)
        {
            Check(nameof(solve), A);
            if (!left || A.Rank != 2 || A.Sizes[0] != A.Sizes[1] || B.Rank is not (1 or 2) || B.Sizes[0] != A.Sizes[0])
                throw Errors.Shapes2(nameof(solve), A.Sizes, B.Sizes, "A must be square and B have as many rows");
            var n = (int)A.Sizes[0];
            var r = Columns(Matrices(A).First(), n, n);
            var q = Factorisation.Householder(r, n, n);
            using var wide = B.Typed(ScalarType.Float64);
            using var matrix = B.Rank == 1 ? wide.unsqueeze(1) : wide.Keep();
            var width = (int)matrix.Sizes[1];
            var x = Columns(Matrices(matrix).First(), n, width);
            for (var j = 0; j < width; j++)
            {
                var y = q.Select(column => Factorisation.Dot(column, x[j])).ToArray();
                for (var i = n - 1; i >= 0; i--)
                {
                    for (var k = i + 1; k < n; k++) y[i] -= r[k][i] * y[k];
                    if (Math.Abs(r[i][i]) < 1e-300) throw Errors.Torch($"linalg.solve: The solver failed because the input matrix is singular: {Shapes.Text(A.Sizes)}");
                    y[i] /= r[i][i];
                }
                x[j] = y;
            }
            using var solution = FromColumns(A, [x], n);
            return B.Rank == 1 ? solution.squeeze(1) : solution.alias();
        }

        public static Tensor inv(Tensor input)
        {
            if (input.Rank != 2 || input.Sizes[0] != input.Sizes[1]) throw Errors.Torch($"linalg.inv: A must be a square matrix, got {Shapes.Text(input.Sizes)}");
            using var unit = eye(input.Sizes[0], dtype: input.dtype);
            return solve(input, unit);
        }

        private static void Check(string operation, Tensor input)
        {
            if (input.Rank < 2) throw Errors.Torch($"linalg.{operation}: The input tensor A must have at least 2 dimensions, got {Shapes.Text(input.Sizes)}");
            if (input.dtype is not (ScalarType.Float32 or ScalarType.Float64)) throw Errors.Type("linalg." + operation, input.dtype);
        }

        private static unsafe List<double[]> Matrices(Tensor input)
        {
            using var wide = input.Typed(ScalarType.Float64);
            using var packed = wide.Packed();
            var size = checked((int)(input.Sizes[^2] * input.Sizes[^1]));
            var count = Shapes.Count(input.Sizes[..^2]);
            var matrices = new List<double[]>();
            for (long b = 0; b < count; b++) matrices.Add(new ReadOnlySpan<double>(packed.Data<double>() + b * size, size).ToArray());
            return matrices;
        }

        private static double[][] Columns(double[] a, int m, int n)
        {
            var columns = new double[n][];
            for (var j = 0; j < n; j++)
            {
                columns[j] = new double[m];
                for (var i = 0; i < m; i++) columns[j][i] = a[i * n + j];
            }
            return columns;
        }

        private static double[][] Rows(double[] a, int m, int n) => [.. Enumerable.Range(0, m).Select(i => a[(i * n)..((i + 1) * n)])];

        private static Tensor FromColumns(Tensor like, double[][][] matrices, int rows)
        {
            using var turned = FromRows(like, matrices, rows, drop: false);
            using var back = turned.transpose(-2, -1);
            return back.clone();
        }

        private static Tensor FromRows(Tensor like, double[][][] matrices, int width, bool drop)
        {
            var rows = matrices.Length == 0 ? 0 : matrices[0].Length;
            var flat = matrices.SelectMany(static m => m).SelectMany(static r => r).ToArray();
            long[] shape = drop ? [.. like.Sizes[..^2], width] : [.. like.Sizes[..^2], rows, width];
            return tensor(flat, shape, like.dtype);
        }
    }
}
