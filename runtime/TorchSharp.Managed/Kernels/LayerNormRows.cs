using System.Numerics;

namespace TorchSharp;

/// <summary>
/// Layer normalisation of contiguous rows (Ba, Kiros and Hinton, 2016): y = x̂·w + b, x̂ = (x − μ)/σ, σ² = mean((x − μ)²) + ε.
/// </summary>
internal static unsafe class LayerNormRows
{
    /// <summary>Rows whose weight gradients are summed together; fixed, so that sums do not depend on the number of threads.</summary>
    internal const long Block = 64;

    /// <summary>Weight and bias may be null; the means and 1/σ of the rows are kept for the gradient.</summary>
    internal static void Forward<T>(T* x, T* weight, T* bias, T epsilon, T* y, T* means, T* scales, long rows, long width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.Run(
            new ForwardJob<T> { X = x, Weight = weight, Bias = bias, Epsilon = epsilon, Y = y, Means = means, Scales = scales, Width = width },
            rows, Math.Max(1, Elementwise.Grain / width));

    /// <summary>
    /// With g = dy·w: dx = (g − mean(g) − x̂·mean(g·x̂))/σ. Each block of rows leaves Σ dy·x̂ and Σ dy in its row of
    /// <paramref name="sums"/>, (blocks, 2, width).
    /// </summary>
    internal static void Backward<T>(T* dy, T* x, T* weight, T* means, T* scales, T* dx, T* sums, long rows, long width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.Run(
            new BackwardJob<T> { Dy = dy, X = x, Weight = weight, Means = means, Scales = scales, Dx = dx, Sums = sums, Rows = rows, Width = width },
            (rows + Block - 1) / Block, Math.Max(1, Elementwise.Grain / (Block * width)));

    private struct ForwardJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal T* X;
        internal T* Weight;
        internal T* Bias;
        internal T Epsilon;
        internal T* Y;
        internal T* Means;
        internal T* Scales;
        internal long Width;

        public readonly void Run(long start, long end)
        {
            var n = T.CreateTruncating(Width);
            for (var r = start; r < end; r++)
            {
                T* x = X + r * Width, y = Y + r * Width;
                var mean = Reductions.Row(x, Width) / n;
                var scale = T.One / T.Sqrt(SquaredDistance(x, mean, Width) / n + Epsilon);
                (Means[r], Scales[r]) = (mean, scale);
                Vector<T> m = new(mean), s = new(scale);
                long i = 0;
                for (; i + Vector<T>.Count <= Width; i += Vector<T>.Count)
                {
                    var v = (Vector.Load(x + i) - m) * s;
                    if (Weight != null) v *= Vector.Load(Weight + i);
                    if (Bias != null) v += Vector.Load(Bias + i);
                    v.Store(y + i);
                }
                for (; i < Width; i++)
                {
                    var v = (x[i] - mean) * scale;
                    if (Weight != null) v *= Weight[i];
                    if (Bias != null) v += Bias[i];
                    y[i] = v;
                }
            }
        }

        // A second pass over the row, still in the cache, loses no digits to a large mean.
        private static T SquaredDistance(T* x, T mean, long n)
        {
            Vector<T> a = default, b = default, m = new(mean);
            long i = 0;
            for (; i + 2 * Vector<T>.Count <= n; i += 2 * Vector<T>.Count)
            {
                Vector<T> u = Vector.Load(x + i) - m, v = Vector.Load(x + i + Vector<T>.Count) - m;
                a += u * u;
                b += v * v;
            }
            var sum = Vector.Sum(a + b);
            for (; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
            return sum;
        }
    }

    private struct BackwardJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal T* Dy;
        internal T* X;
        internal T* Weight;
        internal T* Means;
        internal T* Scales;
        internal T* Dx;
        internal T* Sums;
        internal long Rows;
        internal long Width;

        public readonly void Run(long start, long end)
        {
            for (var block = start; block < end; block++)
            {
                T* weightSums = Sums + 2 * block * Width, biasSums = weightSums + Width;
                new Span<T>(weightSums, checked((int)(2 * Width))).Clear();
                var last = Math.Min(Rows, (block + 1) * Block);
                for (var r = block * Block; r < last; r++)
                {
                    T* dy = Dy + r * Width, x = X + r * Width;
                    var (slope, product) = Moments(dy, x, Means[r], Scales[r]);
                    Row(dy, x, Dx + r * Width, Means[r], Scales[r], slope, product, weightSums, biasSums);
                }
            }
        }

        // mean(g) and mean(g·x̂).
        private readonly (T Slope, T Product) Moments(T* dy, T* x, T mean, T scale)
        {
            Vector<T> sum = default, dot = default, m = new(mean), s = new(scale);
            long i = 0;
            for (; i + Vector<T>.Count <= Width; i += Vector<T>.Count)
            {
                var g = Vector.Load(dy + i);
                if (Weight != null) g *= Vector.Load(Weight + i);
                sum += g;
                dot += g * ((Vector.Load(x + i) - m) * s);
            }
            T slope = Vector.Sum(sum), product = Vector.Sum(dot), n = T.CreateTruncating(Width);
            for (; i < Width; i++)
            {
                var g = Weight != null ? dy[i] * Weight[i] : dy[i];
                slope += g;
                product += g * ((x[i] - mean) * scale);
            }
            return (slope / n, product / n);
        }

        private readonly void Row(T* dy, T* x, T* dx, T mean, T scale, T slope, T product, T* weightSums, T* biasSums)
        {
            Vector<T> m = new(mean), s = new(scale), a = new(slope), b = new(product);
            long i = 0;
            for (; i + Vector<T>.Count <= Width; i += Vector<T>.Count)
            {
                var d = Vector.Load(dy + i);
                var normal = (Vector.Load(x + i) - m) * s;
                var g = Weight != null ? d * Vector.Load(Weight + i) : d;
                (s * (g - a - normal * b)).Store(dx + i);
                (Vector.Load(weightSums + i) + d * normal).Store(weightSums + i);
                (Vector.Load(biasSums + i) + d).Store(biasSums + i);
            }
            for (; i < Width; i++)
            {
                var normal = (x[i] - mean) * scale;
                var g = Weight != null ? dy[i] * Weight[i] : dy[i];
                dx[i] = scale * (g - slope - normal * product);
                weightSums[i] += dy[i] * normal;
                biasSums[i] += dy[i];
            }
        }
    }
}
