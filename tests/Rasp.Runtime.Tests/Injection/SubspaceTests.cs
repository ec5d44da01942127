using Rasp.Runtime.Injection;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Tests.Injection;

public sealed class SubspaceTests
{
    private const int Width = 12;

    // Sums of 12 products of numbers of order 1 in single precision: 12 · 2⁻²⁴ · 10.
    private const float Bound = 1e-5f;

    [Fact]
    public void Replace_keeps_the_span_of_the_one_and_the_complement_of_the_other()
    {
        float[] rows = Normal(3 * Width, 1);
        Subspace subspace = Subspace.Span(rows, Width, centred: false);
        Tensor a = tensor(Normal(Width, 2), [1, Width]);
        Tensor b = tensor(Normal(Width, 3), [1, Width]);
        Tensor mixed = subspace.Replace(a, b);

        // Every row reads b; a direction without part in the rows reads a.
        Tensor read = tensor(rows, [3, Width]);
        AssertNear(read.matmul(b.t()), read.matmul(mixed.t()));
        float[] free = Orthogonal(Normal(Width, 4), rows);
        Tensor across = tensor(free, [1, Width]);
        AssertNear(across.matmul(a.t()), across.matmul(mixed.t()));
        Assert.Equal(3, subspace.Rank);
    }

    [Fact]
    public void Replace_is_idempotent_and_leaves_equal_states_alone()
    {
        Subspace subspace = Subspace.Span(Normal(2 * Width, 5), Width, centred: false);
        Tensor a = tensor(Normal(4 * Width, 6), [4, Width]);
        Tensor b = tensor(Normal(4 * Width, 7), [4, Width]);
        Tensor once = subspace.Replace(a, b);
        AssertNear(once, subspace.Replace(once, b));
        AssertNear(a, subspace.Replace(a, a));
        AssertNear(once, subspace.Replace(a, once));
    }

    [Fact]
    public void A_softmax_of_two_is_one_direction_and_parallel_rows_are_one()
    {
        float[] rows = Normal(2 * Width, 8);
        Assert.Equal(1, Subspace.Span(rows, Width, centred: true).Rank);
        Assert.Equal(2, Subspace.Span(rows, Width, centred: false).Rank);
        Assert.Equal(1, Subspace.Span([.. rows[..Width], .. rows[..Width].Select(x => -3 * x)], Width, centred: false).Rank);
    }

    [Fact]
    public void A_random_subspace_has_the_size_asked_for_and_depends_on_the_seed()
    {
        Tensor a = zeros([1, Width]);
        Tensor b = tensor(Normal(Width, 9), [1, Width]);
        Subspace one = Subspace.Random(Width, 4, new Random(1));
        Assert.Equal(4, one.Rank);
        Assert.Equal(Numbers(one.Replace(a, b)), Numbers(Subspace.Random(Width, 4, new Random(1)).Replace(a, b)));
        Assert.NotEqual(Numbers(one.Replace(a, b)), Numbers(Subspace.Random(Width, 4, new Random(2)).Replace(a, b)));
        AssertNear(b, Subspace.Random(Width, Width, new Random(3)).Replace(a, b));
    }

    [Fact]
    public void Least_squares_finds_an_exact_linear_map()
    {
        // y = 2·x₀ − x₂ + 3 exactly; single precision and a ridge of 10⁻⁷ leave an error far below 10⁻³.
        float[] x = Normal(3 * 50, 100);
        float[] y = [.. x.Chunk(3).Select(row => (2 * row[0]) - row[2] + 3)];
        (Tensor rows, Tensor bias) = LeastSquares.Solve(tensor(x, [50, 3]), tensor(y, [50, 1]), 1e-7);
        Assert.Equal([2, 0, -1, 3], Numbers(rows).Concat(Numbers(bias)).Select(v => MathF.Round(v, 3) + 0f));
    }

    internal static float[] Normal(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    private static float[] Orthogonal(float[] vector, float[] rows)
    {
        // Against an orthonormal basis made here, in double precision.
        List<double[]> basis = [];
        foreach (float[] row in rows.Chunk(Width).Append(vector))
        {
            double[] left = [.. row.Select(x => (double)x)];
            foreach (double[] direction in basis)
            {
                double shared = left.Zip(direction, (x, y) => x * y).Sum();
                left = [.. left.Zip(direction, (x, y) => x - (shared * y))];
            }

            double norm = Math.Sqrt(left.Sum(x => x * x));
            basis.Add([.. left.Select(x => x / norm)]);
        }

        return [.. basis[^1].Select(x => (float)x)];
    }

    private static float[] Numbers(Tensor x) => x.contiguous().data<float>().ToArray();

    private static void AssertNear(Tensor expected, Tensor actual) =>
        Assert.True((expected - actual).abs().max().item<float>() < Bound, $"differs by {(expected - actual).abs().max().item<float>()}");
}
