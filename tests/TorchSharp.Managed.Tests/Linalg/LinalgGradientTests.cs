using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Linalg;

/// <summary>Gradients of factorisations and of what is built on them against central finite differences in float64.</summary>
public sealed class LinalgGradientTests
{
    // Matrices have elements of size 1 and, being drawn, singular values apart by about 0.1: third derivatives stay below 1e5, so
    // the truncation error of a step of 1e-5 is below 1e-5 · 1e-10 · 1e5 and the rounding error about 1e-16 / 1e-5.
    private const double Step = 1e-5;
    private const double Bound = 1e-6;

    private sealed record Row(string Name, Func<Tensor, Tensor, Tensor> Apply, long[] A, long[] B);

    // Singular vectors have a free sign, products with their own transposes do not.
    private static readonly Row[] Rows =
    [
        new("svdvals tall", static (a, _) => linalg.svdvals(a), [5, 3], []),
        new("svdvals wide, batch", static (a, _) => linalg.svdvals(a), [2, 3, 4], []),
        new("svd U tall", static (a, _) => Square(linalg.svd(a, false).U), [5, 3], []),
        new("svd U wide", static (a, _) => Weighted(linalg.svd(a, false).U), [3, 4], []),
        new("svd Vh tall", static (a, _) => Weighted(linalg.svd(a, false).Vh.mT), [2, 4, 3], []),
        new("svd Vh wide", static (a, _) => Square(linalg.svd(a, false).Vh.mT), [3, 5], []),
        new("svd all", static (a, _) => Rebuilt(linalg.svd(a, false)), [2, 4, 3], []),
        new("svd full square", static (a, _) => Rebuilt(linalg.svd(a)), [3, 3], []),
        new("svd full S", static (a, _) => linalg.svd(a).S, [5, 3], []),
        new("qr Q", static (a, _) => linalg.qr(a).Q, [2, 4, 3], []),
        new("qr R", static (a, _) => linalg.qr(a).R, [5, 3], []),
        new("qr wide Q", static (a, _) => linalg.qr(a).Q, [3, 5], []),
        new("qr wide R", static (a, _) => linalg.qr(a).R, [2, 3, 4], []),
        new("pinv tall", static (a, _) => linalg.pinv(a), [5, 3], []),
        new("pinv wide, batch", static (a, _) => linalg.pinv(a), [2, 3, 4], []),
        new("inv", static (a, _) => linalg.inv(a), [2, 3, 3], []),
        new("solve", static (a, b) => linalg.solve(a, b), [3, 3], [3, 2]),
        new("solve vector", static (a, b) => linalg.solve(a, b), [3, 3], [3]),
        new("solve batch", static (a, b) => linalg.solve(a, b), [2, 3, 3], [2, 3, 2]),
        new("solve broadcast", static (a, b) => linalg.solve(a, b), [2, 3, 3], [3, 2]),
        new("solve right", static (a, b) => linalg.solve(a, b, left: false), [3, 3], [2, 3]),
        new("lstsq tall", static (a, b) => linalg.lstsq(a, b).Solution, [5, 3], [5, 2]),
        new("lstsq wide", static (a, b) => linalg.lstsq(a, b).Solution, [3, 5], [3, 2]),
        new("norm", static (a, _) => linalg.norm(a), [4, 3], []),
        new("norm 2", static (a, _) => linalg.norm(a, 2), [4, 3], []),
        new("norm nuc", static (a, _) => linalg.norm(a, "nuc"), [4, 3], []),
        new("norm 1", static (a, _) => linalg.norm(a, 1), [4, 3], []),
        new("prod", static (a, _) => a.prod(0L).mul(a.prod()), [5, 2], []),
        new("cumprod", static (a, _) => a.cumprod(1), [2, 7], []),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(static r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_equals_finite_differences(string name)
    {
        using var scope = NewDisposeScope();
        var row = Rows.Single(r => r.Name == name);
        var generator = new Generator(4);
        Tensor[] inputs = [randn(row.A, float64, generator: generator, requires_grad: true), randn(row.B, float64, generator: generator, requires_grad: true)];
        var output = row.Apply(inputs[0], inputs[1]);
        var weights = (arange(output.numel(), dtype: float64) * 0.7).sin().add(1.3).reshape(output.shape);
        (output * weights).sum().backward();
        foreach (var input in inputs)
        {
            var gradient = input.grad?.data<double>().ToArray() ?? new double[input.numel()];
            for (var i = 0; i < gradient.Length; i++)
            {
                var expected = (Moved(input, i, Step) - Moved(input, i, -Step)) / (2 * Step);
                Assert.True(Math.Abs(expected - gradient[i]) <= Bound * Math.Max(1, Math.Abs(expected)), $"{name} {i}: {gradient[i]} against {expected}");
            }
        }

        double Moved(Tensor moved, int element, double delta)
        {
            using var quiet = no_grad();
            var changed = inputs.Select(input =>
            {
                var copy = input.detach().clone();
                if (ReferenceEquals(input, moved)) copy.reshape(-1)[element] += delta;
                return copy;
            }).ToArray();
            return (row.Apply(changed[0], changed[1]) * weights).sum().ToDouble();
        }
    }

    [Fact]
    public void Gradients_at_zeros_of_a_product()
    {
        using var x = tensor(new double[,] { { 2, 0, 3 }, { 0, 0, 5 } }, requires_grad: true);
        x.prod(1).sum().backward();
        Assert.Equal([0.0, 6, 0, 0, 0, 0], x.grad?.reshape(-1).data<double>().ToArray() ?? []);
    }

    [Fact]
    public void Matrix_norms_of_a_matrix_by_hand()
    {
        // Columns sum to 4 and 6, rows to 3 and 7 in absolute value; the singular values of [[1, 2], [−3, 4]] solve s² = 15 ± √125.
        using var a = tensor(new double[,] { { 1, 2 }, { -3, 4 } });
        var (large, small) = (Math.Sqrt(15 + Math.Sqrt(125)), Math.Sqrt(15 - Math.Sqrt(125)));
        Assert.Equal(6, linalg.norm(a, 1).ToDouble(), 1e-12);
        Assert.Equal(4, linalg.norm(a, -1).ToDouble(), 1e-12);
        Assert.Equal(7, linalg.norm(a, double.PositiveInfinity).ToDouble(), 1e-12);
        Assert.Equal(3, linalg.norm(a, double.NegativeInfinity).ToDouble(), 1e-12);
        Assert.Equal(large, linalg.norm(a, 2).ToDouble(), 1e-12);
        Assert.Equal(small, linalg.norm(a, -2).ToDouble(), 1e-12);
        Assert.Equal(large + small, linalg.norm(a, "nuc").ToDouble(), 1e-12);
        Assert.Equal(Math.Sqrt(30), linalg.norm(a).ToDouble(), 1e-12);
        Assert.Equal([1L, 1], linalg.norm(a, 1, keepdim: true).shape);
        Assert.Equal(7, linalg.norm(a.reshape(2, 1, 2), double.PositiveInfinity, [0, 2]).ToDouble(), 1e-12);
    }

    private static Tensor Square(Tensor u) => u.matmul(u.mT);

    // The columns weighted differently, so that rotations among them show.
    private static Tensor Weighted(Tensor u) => u.mul(arange(1, u.shape[^1] + 1, dtype: float64)).matmul(u.mT);

    private static Tensor Rebuilt((Tensor U, Tensor S, Tensor Vh) parts) => parts.U.mul(parts.S.pow(3).unsqueeze(-2)).matmul(parts.Vh);
}
