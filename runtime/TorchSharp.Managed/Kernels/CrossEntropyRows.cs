using System.Numerics;

namespace TorchSharp;

/// <summary>Cross-entropy of rows of logits against class indices, without storing probabilities.</summary>
internal static unsafe class CrossEntropyRows
{
    /// <summary>loss[r] = log Σ e^x − x[target]; rows whose target is ignored lose nothing. The log-sums are kept for the gradient.</summary>
    internal static void Forward<T>(T* x, long* target, T* loss, T* logSum, long rows, long width, long ignored)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.Run(new ForwardJob<T> { X = x, Target = target, Loss = loss, LogSum = logSum, Width = width, Ignored = ignored },
            rows, Math.Max(1, Elementwise.Grain / 4 / width));

    /// <summary>dx = g[r] · (softmax x − [target]); g has a step of 0 when every row has one weight.</summary>
    internal static void Backward<T>(T* x, long* target, T* logSum, T* g, long step, T* dx, long rows, long width, long ignored)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.Run(new BackwardJob<T> { X = x, Target = target, LogSum = logSum, G = g, Step = step, Dx = dx, Width = width, Ignored = ignored },
            rows, Math.Max(1, Elementwise.Grain / 4 / width));

    private struct ForwardJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal T* X;
        internal long* Target;
        internal T* Loss;
        internal T* LogSum;
        internal long Width;
        internal long Ignored;

        public readonly void Run(long start, long end)
        {
            for (var r = start; r < end; r++)
            {
                var x = X + r * Width;
                var peak = SoftmaxRows.Largest(x, Width);
                var log = T.Log(SoftmaxRows.SumOfExponentials(x, peak, null, Width));
                LogSum[r] = peak + log;
                Loss[r] = Target[r] == Ignored ? T.Zero : log - (x[Target[r]] - peak);
            }
        }
    }

    private struct BackwardJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal T* X;
        internal long* Target;
        internal T* LogSum;
        internal T* G;
        internal long Step;
        internal T* Dx;
        internal long Width;
        internal long Ignored;

        public readonly void Run(long start, long end)
        {
            for (var r = start; r < end; r++)
            {
                T* x = X + r * Width, dx = Dx + r * Width;
                if (Target[r] == Ignored)
                {
                    new Span<T>(dx, checked((int)Width)).Clear();
                    continue;
                }
                var g = G[r * Step];
                // Nearly 1: dividing by it takes back the rounding of a log-sum among large logits.
                var total = SoftmaxRows.SumOfExponentials(x, LogSum[r], dx, Width);
                SoftmaxRows.Scale(dx, g / total, Width);
                dx[Target[r]] -= g;
            }
        }
    }
}
