using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests;

/// <summary>Matrix products of every layout, size and tile against a double loop.</summary>
public class ProductTests
{
    private static readonly long[] Sizes = [1, 2, 5, 12, 13, 16, 31, 33, 65];

    // Sums of k ≤ 2100 products of values in [−1, 1]: at most k · 2^-24 · k in float32, and in practice √k of it.
    private const double FloatBound = 2e-4;
    private const double DoubleBound = 1e-12;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Every_transposition_and_odd_size_is_right(bool turnA, bool turnB)
    {
        var random = new Random(3);
        foreach (var m in Sizes)
            foreach (var n in Sizes)
                foreach (var k in new long[] { 0, 1, 7, 64 }) Check(random, m, n, k, turnA, turnB);
        Check(random, 37, 70, 2100, turnA, turnB);
        Check(random, 500, 40, 129, turnA, turnB);
        Check(random, 30, 1100, 70, turnA, turnB);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Every_tile_width_gives_the_product_whatever_it_starts_from(bool turnA, bool turnB)
    {
        var random = new Random(4);
        foreach (var (m, n, k) in new[] { (1, 1, 1), (13, 33, 40), (64, 64, 64), (50, 7, 700), (200, 90, 330), (8, 600, 20), (0, 3, 4), (3, 5, 0) })
            foreach (var (accumulate, bias) in new[] { (false, false), (true, false), (false, true), (true, true) })
            {
                var matrices = new Matrices(random, m, n, k, turnA, turnB, accumulate, bias);
                matrices.Check<float, Tile128>(FloatBound);
                matrices.Check<float, Tile256>(FloatBound);
                matrices.Check<float, Tile512>(FloatBound);
                matrices.Check<double, Tile128>(DoubleBound);
                matrices.Check<double, Tile256>(DoubleBound);
                matrices.Check<double, Tile512>(DoubleBound);
            }
    }

    [Fact]
    public void Product_does_not_depend_on_the_number_of_threads()
    {
        manual_seed(5);
        var a = randn(300, 200);
        var b = randn(200, 100);
        var two = a.mm(b).data<float>().ToArray();
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            Assert.Equal(two, a.mm(b).data<float>().ToArray());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <summary>A product to compute by a given tile: c (m × n) = or += a (m × k) · b (k × n), plus a bias; a and b may lie transposed.</summary>
    private sealed class Matrices(Random random, int m, int n, int k, bool turnA, bool turnB, bool accumulate, bool hasBias)
    {
        private readonly double[] a = Values<double>(random, m * k);
        private readonly double[] b = Values<double>(random, k * n);
        private readonly double[] start = Values<double>(random, m * n);
        private readonly double[] bias = Values<double>(random, n);

        public unsafe void Check<T, TTile>(double bound) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> where TTile : ITile
        {
            T[] x = As<T>(a), y = As<T>(b), z = As<T>(start), row = As<T>(bias);
            fixed (T* px = x, py = y, pz = z, pr = row)
            {
                var left = turnA ? new Strided<T>(px, 1, m) : new Strided<T>(px, k, 1);
                var right = turnB ? new Strided<T>(py, 1, k) : new Strided<T>(py, n, 1);
                Gemm.Run<T, TTile>(m, n, k, left, right, pz, n, accumulate, hasBias ? pr : null);
            }
            for (var i = 0; i < m; i++)
                for (var j = 0; j < n; j++)
                {
                    double sum = (accumulate ? start[i * n + j] : 0) + (hasBias ? bias[j] : 0);
                    for (var p = 0; p < k; p++) sum += a[turnA ? p * m + i : i * k + p] * b[turnB ? j * k + p : p * n + j];
                    Assert.Equal(sum, double.CreateTruncating(z[i * n + j]), bound);
                }
        }

        private static T[] As<T>(double[] values) where T : System.Numerics.INumber<T> => [.. values.Select(T.CreateTruncating)];
    }

    private static T[] Values<T>(Random random, int n) where T : System.Numerics.INumber<T> =>
        [.. Enumerable.Range(0, n).Select(_ => T.CreateTruncating(2 * random.NextDouble() - 1))];

    private static void Check(Random random, long m, long n, long k, bool turnA, bool turnB)
    {
        float[] a = Values<float>(random, (int)(m * k)), b = Values<float>(random, (int)(k * n));
        using var x = turnA ? tensor(a, [k, m]).t() : tensor(a, [m, k]);
        using var y = turnB ? tensor(b, [n, k]).t() : tensor(b, [k, n]);
        var c = x.mm(y).data<float>().ToArray();
        for (long i = 0; i < m; i++)
            for (long j = 0; j < n; j++)
            {
                double sum = 0;
                for (long p = 0; p < k; p++) sum += (double)a[turnA ? p * m + i : i * k + p] * b[turnB ? j * k + p : p * n + j];
                Assert.Equal(sum, c[i * n + j], FloatBound);
            }
    }
}
