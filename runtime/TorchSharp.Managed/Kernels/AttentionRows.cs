using System.Numerics;
using System.Runtime.Intrinsics;

namespace TorchSharp;

/// <summary>
/// Attention head by head, in blocks of query rows whose scores stay in the first-level cache (after Dao et al., 2022). The
/// gradient computes the weights again from the saved log-sums.
/// </summary>
internal static unsafe class AttentionRows
{
    private const long QueryBlock = 24;

    internal static void Forward<T>(in AttentionProblem<T> problem) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated) Run(new ForwardJob<T, Tile512> { P = problem }, problem);
        else if (Vector256.IsHardwareAccelerated) Run(new ForwardJob<T, Tile256> { P = problem }, problem);
        else Run(new ForwardJob<T, Tile128> { P = problem }, problem);
    }

    internal static void Backward<T>(in AttentionProblem<T> problem) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated) Run(new BackwardJob<T, Tile512> { P = problem }, problem);
        else if (Vector256.IsHardwareAccelerated) Run(new BackwardJob<T, Tile256> { P = problem }, problem);
        else Run(new BackwardJob<T, Tile128> { P = problem }, problem);
    }

    private static void Run<T, TJob>(in TJob job, in AttentionProblem<T> p) where T : unmanaged where TJob : unmanaged, IJob =>
        Workers.Run(job, p.Batches * p.Heads, Math.Max(1, 8192 / Math.Max(1, p.Queries * p.Keys)));

    private struct ForwardJob<T, TTile> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T> where TTile : ITile
    {
        internal AttentionProblem<T> P;

        public readonly void Run(long start, long end)
        {
            var p = P;
            long keys = HeadProducts<T, TTile>.PadColumns(p.Keys), depth = p.Depth, width = HeadProducts<T, TTile>.PadColumns(p.Width);
            var queries = HeadProducts<T, TTile>.PadRows(p.Queries);
            var block = HeadProducts<T, TTile>.PadRows(QueryBlock);
            var q = (T*)Scratch.Rows((queries * depth + keys * depth + p.Keys * width + block * (keys + width)) * sizeof(T));
            T* k = q + queries * depth, v = k + keys * depth, scores = v + p.Keys * width, y = scores + block * keys;
            var factors = stackalloc T[(int)block];
            for (var h = start; h < end; h++)
            {
                long batch = h / p.Heads, head = h % p.Heads;
                HeadProducts<T, TTile>.PackRows(p.Q + p.LayoutQ.At(batch, head), p.LayoutQ.Row, p.Queries, depth, q, queries, depth);
                SoftmaxRows.Scale(q, p.Scale, p.Queries * depth);
                HeadProducts<T, TTile>.PackPanels(new Strided<T>(p.K + p.LayoutK.At(batch, head), 1, p.LayoutK.Row), depth, p.Keys, k);
                HeadProducts<T, TTile>.PackPanels(new Strided<T>(p.V + p.LayoutV.At(batch, head), p.LayoutV.Row, 1), p.Keys, p.Width, v);
                for (long i = 0; i < p.Queries; i += block)
                {
                    var rows = Math.Min(block, p.Queries - i);
                    long paddedRows = HeadProducts<T, TTile>.PadRows(rows), last = p.Seen(i + rows - 1);
                    HeadProducts<T, TTile>.Multiply(paddedRows, last, depth, q + i * depth, depth, 1, k, depth, p.Keys, scores, keys, false);
                    var at = p.Y + p.LayoutY.At(batch, head) + i * p.LayoutY.Row;
                    for (long r = 0; r < rows; r++)
                    {
                        var row = scores + r * keys;
                        var seen = p.Seen(i + r);
                        Mask(p, batch, head, i + r, row, seen);
                        var (peak, total) = Weights(row, seen, last);
                        factors[r] = T.One / total;
                        p.LogSum[h * p.Queries + i + r] = peak + T.Log(total);
                    }
                    HeadProducts<T, TTile>.Multiply(paddedRows, width, last, scores, keys, 1, v, p.Keys, p.Width, y, width, false);
                    for (long r = 0; r < rows; r++)
                    {
                        SoftmaxRows.Scale(y + r * width, factors[r], p.Width);
                        new ReadOnlySpan<T>(y + r * width, (int)p.Width).CopyTo(new Span<T>(at + r * p.LayoutY.Row, (int)p.Width));
                    }
                }
            }
        }
    }

    // With q already scaled: dV += Pᵀ dY;  dP = dY Vᵀ;  dS = P ∘ (dP − rowsum(dY ∘ Y));  dQ = dS K · scale;  dK += dSᵀ q.
    private struct BackwardJob<T, TTile> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T> where TTile : ITile
    {
        internal AttentionProblem<T> P;

        public readonly void Run(long start, long end)
        {
            var p = P;
            long keys = HeadProducts<T, TTile>.PadColumns(p.Keys), keyRows = HeadProducts<T, TTile>.PadRows(p.Keys), line = Math.Max(keys, keyRows);
            long depth = HeadProducts<T, TTile>.PadColumns(p.Depth), width = HeadProducts<T, TTile>.PadColumns(p.Width);
            var queries = HeadProducts<T, TTile>.PadRows(p.Queries);
            var block = HeadProducts<T, TTile>.PadRows(QueryBlock);
            var sum = queries * (depth + width) + keys * (p.Depth + p.Width) + p.Keys * depth + block * (depth + width + 2 * line + depth) + keyRows * (depth + width);
            var q = (T*)Scratch.Rows(sum * sizeof(T));
            T* dy = q + queries * depth, kTurned = dy + queries * width, vTurned = kTurned + keys * p.Depth, k = vTurned + keys * p.Width;
            T* qPanel = k + p.Keys * depth, dyPanel = qPanel + block * depth, weights = dyPanel + block * width, slopes = weights + block * line;
            T* dq = slopes + block * line, dk = dq + block * depth, dv = dk + keyRows * depth;
            for (var h = start; h < end; h++)
            {
                long batch = h / p.Heads, head = h % p.Heads;
                T* y = p.Y + p.LayoutY.At(batch, head), logSum = p.LogSum + h * p.Queries;
                HeadProducts<T, TTile>.PackRows(p.Q + p.LayoutQ.At(batch, head), p.LayoutQ.Row, p.Queries, p.Depth, q, queries, depth);
                SoftmaxRows.Scale(q, p.Scale, p.Queries * depth);
                HeadProducts<T, TTile>.PackRows(p.Dy + p.LayoutDy.At(batch, head), p.LayoutDy.Row, p.Queries, p.Width, dy, queries, width);
                HeadProducts<T, TTile>.PackPanels(new Strided<T>(p.K + p.LayoutK.At(batch, head), 1, p.LayoutK.Row), p.Depth, p.Keys, kTurned);
                HeadProducts<T, TTile>.PackPanels(new Strided<T>(p.V + p.LayoutV.At(batch, head), 1, p.LayoutV.Row), p.Width, p.Keys, vTurned);
                HeadProducts<T, TTile>.PackPanels(new Strided<T>(p.K + p.LayoutK.At(batch, head), p.LayoutK.Row, 1), p.Keys, p.Depth, k);
                new Span<T>(dk, checked((int)(keyRows * (depth + width)))).Clear();
                for (long i = 0; i < p.Queries; i += block)
                {
                    var rows = Math.Min(block, p.Queries - i);
                    long paddedRows = HeadProducts<T, TTile>.PadRows(rows), last = p.Seen(i + rows - 1);
                    var lastRows = HeadProducts<T, TTile>.PadRows(last);
                    HeadProducts<T, TTile>.Multiply(paddedRows, last, p.Depth, q + i * depth, depth, 1, kTurned, p.Depth, p.Keys, weights, line, false);
                    HeadProducts<T, TTile>.Multiply(paddedRows, last, p.Width, dy + i * width, width, 1, vTurned, p.Width, p.Keys, slopes, line, false);
                    for (long r = 0; r < rows; r++)
                    {
                        T* row = weights + r * line, slope = slopes + r * line;
                        var seen = p.Seen(i + r);
                        Mask(p, batch, head, i + r, row, seen);
                        var shared = Reductions.Dot(dy + (i + r) * width, y + (i + r) * p.LayoutY.Row, p.Width);
                        Slopes(row, slope, logSum[i + r], shared, seen, lastRows);
                    }
                    HeadProducts<T, TTile>.PackPanels(new Strided<T>(dy + i * width, width, 1), rows, p.Width, dyPanel);
                    HeadProducts<T, TTile>.Multiply(lastRows, width, rows, weights, 1, line, dyPanel, rows, p.Width, dv, width, true);
                    HeadProducts<T, TTile>.PackPanels(new Strided<T>(q + i * depth, depth, 1), rows, p.Depth, qPanel);
                    HeadProducts<T, TTile>.Multiply(lastRows, depth, rows, slopes, 1, line, qPanel, rows, p.Depth, dk, depth, true);
                    HeadProducts<T, TTile>.Multiply(paddedRows, depth, last, slopes, line, 1, k, p.Keys, p.Depth, dq, depth, false);
                    SoftmaxRows.Scale(dq, p.Scale, rows * depth);
                    Unpack(dq, depth, rows, p.Depth, p.Dq + p.LayoutDq.At(batch, head) + i * p.LayoutDq.Row, p.LayoutDq.Row);
                }
                Unpack(dk, depth, p.Keys, p.Depth, p.Dk + p.LayoutDk.At(batch, head), p.LayoutDk.Row);
                Unpack(dv, width, p.Keys, p.Width, p.Dv + p.LayoutDv.At(batch, head), p.LayoutDv.Row);
            }
        }

        private static void Unpack(T* source, long line, long rows, long width, T* target, long step)
        {
            for (long r = 0; r < rows; r++) new ReadOnlySpan<T>(source + r * line, (int)width).CopyTo(new Span<T>(target + r * step, (int)width));
        }
    }

    private static void Mask<T>(in AttentionProblem<T> p, long batch, long head, long query, T* row, long n) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
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

    /// <summary>
    /// row ← e^(row − peak) on its first n values and 0 up to <paramref name="end"/>; returns the peak and the sum. Rows are padded to
    /// whole vectors, so that the rest of the last vector can be −∞ and vanish like a masked place.
    /// </summary>
    private static (T Peak, T Sum) Weights<T>(T* row, long n, long end) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) || !Vector512.IsHardwareAccelerated)
        {
            var top = SoftmaxRows.Largest(row, n);
            if (T.IsNegativeInfinity(top)) top = T.Zero;
            var total = SoftmaxRows.SumOfExponentials(row, top, row, n);
            new Span<T>(row + n, (int)(end - n)).Clear();
            return (top, total);
        }
        var x = (float*)row;
        var whole = (n + 15) & ~15L;
        for (var i = n; i < whole; i++) x[i] = float.NegativeInfinity;
        var largest = Vector512.Load(x);
        for (long i = 16; i < whole; i += 16) largest = Vector512.MaxNative(largest, Vector512.Load(x + i));
        var peak = Largest(largest);
        if (float.IsNegativeInfinity(peak)) peak = 0;
        var shift = Vector512.Create(peak);
        var sum = Vector512<float>.Zero;
        for (long i = 0; i < whole; i += 16)
        {
            var e = VectorMath.ExpNonPositive(Vector512.Load(x + i) - shift);
            e.Store(x + i);
            sum += e;
        }
        for (var i = whole; i < end; i++) x[i] = 0;
        return (T.CreateTruncating(peak), T.CreateTruncating(Vector512.Sum(sum)));
    }

    private static float Largest(Vector512<float> x)
    {
        var half = Vector256.MaxNative(x.GetLower(), x.GetUpper());
        var quarter = Vector128.MaxNative(half.GetLower(), half.GetUpper());
        return Math.Max(Math.Max(quarter[0], quarter[1]), Math.Max(quarter[2], quarter[3]));
    }

    /// <summary>row ← P = e^(row − logSum) and slopes ← P · (slopes − shared) on the first n values; both 0 up to <paramref name="end"/>.</summary>
    private static void Slopes<T>(T* row, T* slopes, T logSum, T shared, long n, long end) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long i = 0;
        if (typeof(T) == typeof(float) && Vector512.IsHardwareAccelerated)
        {
            float* x = (float*)row, z = (float*)slopes;
            Vector512<float> l = Vector512.Create(float.CreateTruncating(logSum)), s = Vector512.Create(float.CreateTruncating(shared));
            var whole = (n + 15) & ~15L;
            for (var k = n; k < whole; k++) x[k] = float.NegativeInfinity;
            for (; i < whole; i += 16)
            {
                var e = VectorMath.ExpNonPositive(Vector512.Load(x + i) - l);
                e.Store(x + i);
                (e * (Vector512.Load(z + i) - s)).Store(z + i);
            }
        }
        else
        {
            Vector<T> l = new(logSum), s = new(shared);
            for (; i + Vector<T>.Count <= n; i += Vector<T>.Count)
            {
                var e = VectorMath.Exp(Vector.Load(row + i) - l);
                e.Store(row + i);
                (e * (Vector.Load(slopes + i) - s)).Store(slopes + i);
            }
            for (; i < n; i++)
            {
                row[i] = T.Exp(row[i] - logSum);
                slopes[i] = row[i] * (slopes[i] - shared);
            }
        }
        for (; i < end; i++) row[i] = slopes[i] = T.Zero;
    }
}
