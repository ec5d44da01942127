using System.Numerics;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>
/// Attention head by head, in blocks of query rows: the scores of a block are a small matrix that stays in the cache. The
/// gradient computes the weights again from the saved log-sums.
/// </summary>
internal static unsafe class AttentionRows
{
    private const long QueryBlock = 48;

    /// <summary>Steps, in elements, between batches, heads and positions.</summary>
    internal readonly record struct Layout(long Batch, long Head, long Row)
    {
        internal long At(long batch, long head) => batch * Batch + head * Head;
    }

    internal struct Problem<T> where T : unmanaged
    {
        internal long Batches, Heads, Queries, Keys, Depth, Width;
        internal T* Q, K, V, Y, LogSum, Bias, Dy, Dq, Dk, Dv;
        internal byte* Keep;
        internal long MaskStep;
        internal Layout LayoutQ, LayoutK, LayoutV, LayoutY, LayoutMask, LayoutDy, LayoutDq, LayoutDk, LayoutDv;
        internal bool Causal;
        internal T Scale;
    }

    internal static void Forward<T>(in Problem<T> problem) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.Run(new ForwardJob<T> { P = problem }, problem.Batches * problem.Heads, Grain(problem));

    internal static void Backward<T>(in Problem<T> problem) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.Run(new BackwardJob<T> { P = problem }, problem.Batches * problem.Heads, Grain(problem));

    private static long Grain<T>(in Problem<T> p) where T : unmanaged => Math.Max(1, 8192 / Math.Max(1, p.Queries * p.Keys));

    private struct ForwardJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal Problem<T> P;

        public readonly void Run(long start, long end)
        {
            var p = P;
            var scores = (T*)Scratch.Rows(Math.Min(QueryBlock, p.Queries) * p.Keys * sizeof(T));
            for (var h = start; h < end; h++)
            {
                long batch = h / p.Heads, head = h % p.Heads;
                T* q = p.Q + p.LayoutQ.At(batch, head), k = p.K + p.LayoutK.At(batch, head), v = p.V + p.LayoutV.At(batch, head);
                T* y = p.Y + p.LayoutY.At(batch, head), logSum = p.LogSum + h * p.Queries;
                for (long i = 0; i < p.Queries; i += QueryBlock)
                {
                    var rows = Math.Min(QueryBlock, p.Queries - i);
                    var keys = p.Causal ? Math.Min(p.Keys, i + rows) : p.Keys;
                    Gemm.Serial(rows, keys, p.Depth, new Strided<T>(q + i * p.LayoutQ.Row, p.LayoutQ.Row, 1), new Strided<T>(k, 1, p.LayoutK.Row), scores, keys, false);
                    for (long r = 0; r < rows; r++)
                    {
                        var row = scores + r * keys;
                        var seen = p.Causal ? Math.Min(keys, i + r + 1) : keys;
                        Prepare(p, batch, head, i + r, row, seen);
                        var peak = SoftmaxRows.Largest(row, seen);
                        if (T.IsNegativeInfinity(peak)) peak = T.Zero;
                        var total = Exponentials(row, peak, seen);
                        SoftmaxRows.Scale(row, T.One / total, seen);
                        new Span<T>(row + seen, (int)(keys - seen)).Clear();
                        logSum[i + r] = peak + T.Log(total);
                    }
                    Gemm.Serial(rows, p.Width, keys, new Strided<T>(scores, keys, 1), new Strided<T>(v, p.LayoutV.Row, 1), y + i * p.LayoutY.Row, p.LayoutY.Row, false);
                }
            }
        }
    }

    // dV += Pᵀ dY;  dP = dY Vᵀ;  dS = P ∘ (dP − rowsum(dY ∘ Y)) · scale;  dQ = dS K;  dK += dSᵀ Q.
    private struct BackwardJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal Problem<T> P;

        public readonly void Run(long start, long end)
        {
            var p = P;
            var block = Math.Min(QueryBlock, p.Queries) * p.Keys;
            var weights = (T*)Scratch.Rows(2 * block * sizeof(T));
            var slopes = weights + block;
            for (var h = start; h < end; h++)
            {
                long batch = h / p.Heads, head = h % p.Heads;
                T* q = p.Q + p.LayoutQ.At(batch, head), k = p.K + p.LayoutK.At(batch, head), v = p.V + p.LayoutV.At(batch, head);
                T* y = p.Y + p.LayoutY.At(batch, head), dy = p.Dy + p.LayoutDy.At(batch, head), logSum = p.LogSum + h * p.Queries;
                T* dq = p.Dq + p.LayoutDq.At(batch, head), dk = p.Dk + p.LayoutDk.At(batch, head), dv = p.Dv + p.LayoutDv.At(batch, head);
                for (long j = 0; j < p.Keys; j++)
                {
                    new Span<T>(dk + j * p.LayoutDk.Row, (int)p.Depth).Clear();
                    new Span<T>(dv + j * p.LayoutDv.Row, (int)p.Width).Clear();
                }
                for (long i = 0; i < p.Queries; i += QueryBlock)
                {
                    var rows = Math.Min(QueryBlock, p.Queries - i);
                    var keys = p.Causal ? Math.Min(p.Keys, i + rows) : p.Keys;
                    var qRows = new Strided<T>(q + i * p.LayoutQ.Row, p.LayoutQ.Row, 1);
                    var dyRows = new Strided<T>(dy + i * p.LayoutDy.Row, p.LayoutDy.Row, 1);
                    Gemm.Serial(rows, keys, p.Depth, qRows, new Strided<T>(k, 1, p.LayoutK.Row), weights, keys, false);
                    Gemm.Serial(rows, keys, p.Width, dyRows, new Strided<T>(v, 1, p.LayoutV.Row), slopes, keys, false);
                    for (long r = 0; r < rows; r++)
                    {
                        T* row = weights + r * keys, slope = slopes + r * keys;
                        var seen = p.Causal ? Math.Min(keys, i + r + 1) : keys;
                        Prepare(p, batch, head, i + r, row, seen);
                        Exponentials(row, logSum[i + r], seen);
                        var shared = Reductions.Dot(dy + (i + r) * p.LayoutDy.Row, y + (i + r) * p.LayoutY.Row, p.Width);
                        Slopes(row, slope, shared, p.Scale, seen);
                        new Span<T>(row + seen, (int)(keys - seen)).Clear();
                        new Span<T>(slope + seen, (int)(keys - seen)).Clear();
                    }
                    Gemm.Serial(keys, p.Width, rows, new Strided<T>(weights, 1, keys), new Strided<T>(dyRows.Data, dyRows.RowStep, 1), dv, p.LayoutDv.Row, true);
                    Gemm.Serial(rows, p.Depth, keys, new Strided<T>(slopes, keys, 1), new Strided<T>(k, p.LayoutK.Row, 1), dq + i * p.LayoutDq.Row, p.LayoutDq.Row, false);
                    Gemm.Serial(keys, p.Depth, rows, new Strided<T>(slopes, 1, keys), qRows, dk, p.LayoutDk.Row, true);
                }
            }
        }
    }

    /// <summary>Scales a row of scores and applies the mask.</summary>
    private static void Prepare<T>(in Problem<T> p, long batch, long head, long query, T* row, long n) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SoftmaxRows.Scale(row, p.Scale, n);
        var at = p.LayoutMask.At(batch, head) + query * p.LayoutMask.Row;
        if (p.Bias != null)
        {
            var bias = p.Bias + at;
            if (p.MaskStep == 1) Reductions.Accumulate(row, bias, n);
            else
                for (long j = 0; j < n; j++) row[j] += bias[j * p.MaskStep];
        }
        else if (p.Keep != null)
        {
            var keep = p.Keep + at;
            for (long j = 0; j < n; j++)
                if (keep[j * p.MaskStep] == 0) row[j] = T.NegativeInfinity;
        }
    }

    /// <summary>row ← e^(row − shift); returns the sum.</summary>
    private static T Exponentials<T>(T* row, T shift, long n) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) || !Vector512.IsHardwareAccelerated) return SoftmaxRows.SumOfExponentials(row, shift, row, n);
        var x = (float*)row;
        var s = Vector512.Create(float.CreateTruncating(shift));
        var sum = Vector512<float>.Zero;
        long i = 0;
        for (; i + 16 <= n; i += 16)
        {
            var e = VectorMath.ExpNonPositive(Vector512.Load(x + i) - s);
            e.Store(x + i);
            sum += e;
        }
        var total = Vector512.Sum(sum);
        for (; i < n; i++) total += x[i] = MathF.Exp(x[i] - s[0]);
        return T.CreateTruncating(total);
    }

    private static void Slopes<T>(T* weights, T* slopes, T shared, T scale, long n) where T : unmanaged, INumber<T>
    {
        Vector<T> s = new(shared), c = new(scale);
        long i = 0;
        for (; i + Vector<T>.Count <= n; i += Vector<T>.Count) (Vector.Load(weights + i) * (Vector.Load(slopes + i) - s) * c).Store(slopes + i);
        for (; i < n; i++) slopes[i] = weights[i] * (slopes[i] - shared) * scale;
    }
}
