using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests;

/// <summary>Matrix products of every layout, size and tile against a double loop.</summary>
public class ProductTests
{
    private static readonly long[] Sizes = [1, 2, 5, 12, 13, 16, 31, 33, 65];

    // Sums of k ≤ 2100 products of values in [−1, 1]: at most k · 2^-24 · k in float32, and in practice √k of it.
    private const double FloatBound = 2e-4;

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

    [Fact]
    public void Every_tile_width_gives_the_product()
    {
        var random = new Random(4);
        foreach (var (m, n, k) in new[] { (1, 1, 1), (13, 33, 40), (64, 64, 64), (50, 7, 700) })
        {
            Width<float, Tile128>(random, m, n, k);
            Width<float, Tile256>(random, m, n, k);
            Width<float, Tile512>(random, m, n, k);
            Width<double, Tile128>(random, m, n, k);
            Width<double, Tile256>(random, m, n, k);
            Width<double, Tile512>(random, m, n, k);
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

    private static unsafe void Width<T, TTile>(Random random, int m, int n, int k)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> where TTile : ITile
    {
        T[] a = Values<T>(random, m * k), b = Values<T>(random, k * n), c = new T[m * n];
        fixed (T* pa = a, pb = b, pc = c) Gemm.Run<T, TTile>(m, n, k, new Strided<T>(pa, k, 1), new Strided<T>(pb, n, 1), pc, n, false);
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
            {
                double sum = 0;
                for (var p = 0; p < k; p++) sum += double.CreateTruncating(a[i * k + p]) * double.CreateTruncating(b[p * n + j]);
                Assert.Equal(sum, double.CreateTruncating(c[i * n + j]), FloatBound);
            }
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
