namespace TorchSharp;

public static partial class torch
{
    /// <summary>Linear algebra on matrices and batches of them.</summary>
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
            var all = (
                U: FromColumns(input, [.. results.Select(static r => r.u)], m),
                S: FromRows(input, [.. results.Select(static r => new[] { r.s })], k, drop: true),
                Vh: FromRows(input, [.. results.Select(static r => r.v)], n, drop: false));
            if (!Graph.Tracks(input)) return all;
            using (DisposeScope.Suspend())
            {
                using var u = all.U.narrow(-1, 0, k);
                using var vh = all.Vh.narrow(-2, 0, k);
                using var s = all.S.Keep();
                Tensor.Traced(all.S, "linalg.svd", input, [u, vh], static (g, saved) => [LinalgGradients.SingularValues(g, saved[0], saved[1])]);
                Tensor.Traced(all.U, "linalg.svd", input, [u, s, vh], (g, saved) => [LinalgGradients.LeftVectors(Reduced(g), saved[0], saved[1], saved[2])]);
                Tensor.Traced(all.Vh, "linalg.svd", input, [u, s, vh], (g, saved) => [LinalgGradients.RightVectors(Reduced(g), saved[0], saved[1], saved[2])]);
            }
            return all;

            Tensor Reduced(Tensor gradient) => !fullMatrices || m == n
                ? gradient
                : throw Errors.Torch($"linalg.svd: the gradient of U and Vh needs fullMatrices: false, for {Shapes.Text(input.Sizes)}");
        }

        public static Tensor svdvals(Tensor input)
        {
            using var bare = input.Keep();
            var (u, s, vh) = svd(bare, fullMatrices: false);
            using (u)
            using (vh)
                return Tensor.Traced(s, "linalg.svdvals", input, [u, vh], static (g, saved) => [LinalgGradients.SingularValues(g, saved[0], saved[1])]);
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
            var all = (Q: FromColumns(input, [.. results.Select(static r => r.q)], m), R: FromColumns(input, [.. results.Select(static r => r.r)], width));
            if (Graph.Tracks(input))
            {
                using var q = all.Q.Keep();
                using var r = all.R.Keep();
                Tensor.Traced(all.Q, "linalg.qr", input, [input, q, r], (g, s) => [LinalgGradients.Triangular(Differentiable(g), null, s[0], s[1], s[2])]);
                Tensor.Traced(all.R, "linalg.qr", input, [input, q, r], (g, s) => [LinalgGradients.Triangular(null, Differentiable(g), s[0], s[1], s[2])]);
            }
            if (mode != QRMode.R) return all;
            all.Q.Dispose();
            return (empty(0, input.dtype), all.R);

            Tensor Differentiable(Tensor gradient) => mode == QRMode.Reduced || mode == QRMode.Complete && m <= n
                ? gradient
                : throw Errors.Torch($"linalg.qr: the gradient needs {nameof(QRMode.Reduced)}, not {mode}, for {Shapes.Text(input.Sizes)}");
        }

        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false)
        {
            using var scope = NewDisposeScope();
            using var bare = input.Keep();
            var (u, s, vh) = svd(bare, fullMatrices: false);
            var relative = rtol ?? (atol is > 0 ? 0 : Math.Max(input.Sizes[^2], input.Sizes[^1]) * Epsilon(input.dtype));
            var largest = s.numel() == 0 ? s : s.amax([-1], true);
            var keeps = s.gt(largest.mul(relative).clamp_min(atol ?? 0));
            using var zero = Tensor.FromScalar(0, s.dtype);
            var inverse = s.reciprocal().where(keeps, zero);
            var scaled = vh.mul(inverse.unsqueeze(-1));
            var inverted = scaled.transpose(-2, -1).matmul(u.transpose(-2, -1)).MoveToOuterDisposeScope();
            return Tensor.Traced(inverted, "linalg.pinv", input, [bare, inverted], static (g, s) => [LinalgGradients.PseudoInverse(g, s[0], s[1])]);
        }

        /// <summary>The x of least norm that minimises ‖input · x − other‖.</summary>
        public static (Tensor Solution, Tensor Residuals, Tensor Rank, Tensor SingularValues) lstsq(Tensor input, Tensor other) => LeastSquares(input, other, null);

        /// <summary>Singular values of at most <paramref name="rcond"/> times the largest count as 0.</summary>
        public static (Tensor Solution, Tensor Residuals, Tensor Rank, Tensor SingularValues) lstsq(Tensor input, Tensor other, double rcond) =>
            LeastSquares(input, other, rcond);

        private static (Tensor Solution, Tensor Residuals, Tensor Rank, Tensor SingularValues) LeastSquares(Tensor input, Tensor other, double? rcond)
        {
            if (input.Rank < 2 || other.Rank != input.Rank || input.Sizes[^2] != other.Sizes[^2])
                throw Errors.Shapes2(nameof(lstsq), input.Sizes, other.Sizes, "input and other must have the same number of rows");
            using var scope = NewDisposeScope();
            var relative = rcond ?? Math.Max(input.Sizes[^2], input.Sizes[^1]) * Epsilon(input.dtype);
            var solution = pinv(input, rtol: relative).matmul(other);
            var overdetermined = input.Sizes[^2] > input.Sizes[^1];
            var residuals = overdetermined ? input.matmul(solution).sub(other).pow(2).sum(-2) : empty(0, input.dtype);
            var s = svdvals(input);
            // A rank has no gradient: nothing is recorded that no pass would free.
            using var bare = s.Keep();
            var rank = bare.gt(bare.amax([-1], true).mul(relative)).sum(-1);
            return (solution.MoveToOuterDisposeScope(), residuals.MoveToOuterDisposeScope(), rank.MoveToOuterDisposeScope(), s.MoveToOuterDisposeScope());
        }

        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) => vector_norm(input, 2, dims, keepdim);

        /// <summary>A matrix norm over two dimensions or of a matrix, else a vector norm.</summary>
        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            (dims?.Length ?? input.Rank) == 2 ? matrix_norm(input, ord, dims, keepdim) : vector_norm(input, ord, dims, keepdim);

        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) => norm(input, (double)ord, dims, keepdim);

        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) => matrix_norm(input, ord, dims, keepdim);

        public static Tensor vector_norm(Tensor input, double ord = 2d, long[]? dims = null, bool keepdim = false) =>
            input.Norm(dims ?? [], keepdim, ord);

        /// <summary>"fro": the root of the sum of squares; "nuc": the sum of the singular values.</summary>
        public static Tensor matrix_norm(Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false) => ord switch
        {
            "fro" => vector_norm(input, 2, dims ?? [-2, -1], keepdim),
            "nuc" => OfMatrices(input, dims, keepdim, static a =>
            {
                using var values = svdvals(a);
                return values.sum(-1);
            }),
            _ => throw Errors.Torch($"linalg.matrix_norm: Order {ord} not supported: {Shapes.Text(input.Sizes)}"),
        };

        /// <summary>±1 and ±∞: the largest (smallest) sum of absolute values of a column, a row; ±2: the largest (smallest) singular value.</summary>
        public static Tensor matrix_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false)
        {
            if (Math.Abs(ord) is not (1 or 2 or double.PositiveInfinity)) throw Errors.Torch($"linalg.matrix_norm: Order {ord} not supported: {Shapes.Text(input.Sizes)}");
            return OfMatrices(input, dims, keepdim, a =>
            {
                using var sizes = a.abs();
                using var values = Math.Abs(ord) == 2 ? svdvals(a) : sizes.sum(Math.Abs(ord) == 1 ? -2 : -1);
                return ord > 0 ? values.amax([-1], false) : values.amin([-1], false);
            });
        }

        private static Tensor OfMatrices(Tensor input, long[]? dims, bool keepdim, Func<Tensor, Tensor> norm)
        {
            dims ??= [-2, -1];
            if (input.Rank < 2 || dims.Length != 2) throw Errors.Shapes2("linalg.matrix_norm", input.Sizes, dims, "two dimensions of a matrix or a batch of them are needed");
            using var scope = NewDisposeScope();
            var result = norm(input.movedim(dims, [-2, -1]));
            return (keepdim ? result.unsqueeze(-1).unsqueeze(-1).movedim([-2, -1], dims) : result).MoveToOuterDisposeScope();
        }

        /// <summary>The solution of A · X = B for matrices, batches of them or vectors B, by QR; of X · A = B without <paramref name="left"/>.</summary>
        public static Tensor solve(Tensor A, Tensor B, bool left = true)
        {
            Check(nameof(solve), A);
            var isVector = B.Rank == 1 || B.Rank == A.Rank - 1 && B.Sizes.SequenceEqual(A.Sizes[..^1]);
            if (A.Sizes[^1] != A.Sizes[^2] || isVector && !left || !isVector && (B.Rank < 2 || B.Sizes[left ? ^2 : ^1] != A.Sizes[^1]) || isVector && B.Sizes[^1] != A.Sizes[^1])
                throw Errors.Shapes2("linalg.solve", A.Sizes, B.Sizes, "A must be square and B fit it");
            if (A.dtype != B.dtype) throw Errors.Shapes2("linalg.solve", A.Sizes, B.Sizes, $"A and B must have the same dtype, but are {A.dtype} and {B.dtype}");
            if (!left)
            {
                using var scope = NewDisposeScope();
                return solve(A.mT, B.mT).mT.MoveToOuterDisposeScope();
            }
            using var pause = DisposeScope.Suspend();
            using var columns = isVector ? B.unsqueeze(-1) : B.alias();
            var lead = Shapes.Broadcast("linalg.solve", A.Sizes[..^2], columns.Sizes[..^2]);
            using var a = A.expand([.. lead, A.Sizes[^2], A.Sizes[^1]]);
            using var b = columns.expand([.. lead, columns.Sizes[^2], columns.Sizes[^1]]);
            using var x = Solved(a, b);
            Tensor.Traced(x, "linalg.solve", a, b, [a, x], static (g, s) =>
            {
                using var turned = s[0].mT;
                var gb = Solved(turned, g);
                if (!s.Needs(0)) return [null, gb];
                using var across = s[1].mT;
                using var ga = gb.matmul(across);
                return [ga.neg(), gb];
            });
            return nn.functional.Finished(pause, isVector ? x.squeeze(-1) : x.alias());
        }

        public static Tensor inv(Tensor input)
        {
            if (input.Rank < 2 || input.Sizes[^1] != input.Sizes[^2]) throw Errors.Torch($"linalg.inv: A must be a square matrix, got {Shapes.Text(input.Sizes)}");
            using var unit = eye(input.Sizes[^1], dtype: input.dtype);
            return solve(input, unit);
        }

        // A and B have the same leading dimensions.
        private static Tensor Solved(Tensor A, Tensor B)
        {
            int n = (int)A.Sizes[^1], width = (int)B.Sizes[^1];
            var solutions = Matrices(A).Zip(Matrices(B), (a, b) =>
            {
                var r = Columns(a, n, n);
                var q = Factorisation.Householder(r, n, n);
                return Columns(b, n, width).Select(column =>
                {
                    var y = q.Select(c => Factorisation.Dot(c, column)).ToArray();
                    for (var i = n - 1; i >= 0; i--)
                    {
                        for (var k = i + 1; k < n; k++) y[i] -= r[k][i] * y[k];
                        if (Math.Abs(r[i][i]) < 1e-300) throw Errors.Torch($"linalg.solve: The solver failed because the input matrix is singular: {Shapes.Text(A.Sizes)}");
                        y[i] /= r[i][i];
                    }
                    return y;
                }).ToArray();
            }).ToArray();
            return FromColumns(B, solutions, n);
        }

        private static double Epsilon(ScalarType type) => type == ScalarType.Float64 ? double.BitIncrement(1) - 1 : MathF.BitIncrement(1) - 1;

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
