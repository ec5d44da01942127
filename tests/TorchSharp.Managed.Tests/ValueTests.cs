using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests;

/// <summary>Results against formulas written out, in float32; bounds are a few units in the last place of sums of tens of terms.</summary>
public class ValueTests
{
    private const double Bound = 3e-6;

    private static double[] Softmax(IReadOnlyList<double> x)
    {
        var peak = x.Max();
        var e = x.Select(v => Math.Exp(v - peak)).ToArray();
        return [.. e.Select(v => v / e.Sum())];
    }

    private static double[] Row(Tensor x, long r) => [.. x[r].data<float>().ToArray().Select(static v => (double)v)];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(100)]
    public void Softmax_and_its_logarithm(int width)
    {
        var x = randn([9, width], generator: new Generator(3)) * 4;
        Tensor y = x.softmax(-1), l = x.log_softmax(-1);
        for (var r = 0; r < 9; r++)
        {
            var expected = Softmax(Row(x, r));
            for (var j = 0; j < width; j++)
            {
                Assert.Equal(expected[j], y[r, j].ToDouble(), Bound);
                Assert.Equal(Math.Log(expected[j]), l[r, j].ToDouble(), 10 * Bound);
            }
        }
    }

    [Fact]
    public void Cross_entropy_of_classes_with_an_ignored_one()
    {
        var x = randn([4, 37], generator: new Generator(4)) * 3;
        long[] target = [5, -100, 36, 0];
        var losses = Enumerable.Range(0, 4).Select(r => target[r] < 0 ? 0 : -Math.Log(Softmax(Row(x, r))[target[r]])).ToArray();
        Assert.Equal(losses.Sum() / 3, F.cross_entropy(x, tensor(target)).ToDouble(), 10 * Bound);
        Assert.Equal(losses.Sum(), F.cross_entropy(x, tensor(target), reduction: nn.Reduction.Sum).ToDouble(), 10 * Bound);
        var each = F.cross_entropy(x, tensor(target), reduction: nn.Reduction.None);
        for (var r = 0; r < 4; r++) Assert.Equal(losses[r], each[r].ToDouble(), 10 * Bound);
        // Classes in the second of several dimensions.
        var images = randn([2, 5, 3], generator: new Generator(5));
        var labels = tensor(new long[,] { { 0, 4, 2 }, { 1, 1, 3 } });
        Assert.Equal(
            F.cross_entropy(images.permute(0, 2, 1).reshape(6, 5), labels.reshape(6)).ToDouble(), F.cross_entropy(images, labels).ToDouble(), Bound);
    }

    [Fact]
    public void Cross_entropy_weights_average_by_weight()
    {
        var x = randn([3, 4], generator: new Generator(6));
        double[] weight = [0.5, 1, 2, 3];
        long[] target = [3, 0, 1];
        double sum = 0, total = 0;
        for (var r = 0; r < 3; r++)
        {
            sum -= weight[target[r]] * Math.Log(Softmax(Row(x, r))[target[r]]);
            total += weight[target[r]];
        }
        Assert.Equal(sum / total, F.cross_entropy(x, tensor(target), tensor(weight, float32)).ToDouble(), 10 * Bound);
    }

    [Fact]
    public void Kl_divergence_in_every_form()
    {
        Tensor p = randn([3, 6], generator: new Generator(7)).log_softmax(-1), q = randn([3, 6], generator: new Generator(8)).softmax(-1);
        double sum = 0;
        for (var r = 0; r < 3; r++)
            for (var j = 0; j < 6; j++) sum += Row(q, r)[j] * (Math.Log(Row(q, r)[j]) - Row(p, r)[j]);
        Assert.Equal(sum, F.kl_div(p, q, log_target: false, reduction: nn.Reduction.Sum).ToDouble(), 10 * Bound);
        Assert.Equal(sum, F.kl_div(p, q.log(), reduction: nn.Reduction.Sum).ToDouble(), 10 * Bound);
        Assert.Equal(sum / 18, F.kl_div(p, q.log()).ToDouble(), Bound);
        Assert.Equal([3, 6], F.kl_div(p, q, log_target: false, reduction: nn.Reduction.None).shape);
        Assert.Equal(0, F.kl_div(zeros(2), tensor(new float[] { 0, 1 }), log_target: false, reduction: nn.Reduction.Sum).ToDouble(), Bound);
    }

    [Theory]
    [InlineData(1, 1, 4, 4, false)]
    [InlineData(5, 5, 16, 16, true)]
    [InlineData(40, 40, 16, 16, true)]
    [InlineData(33, 70, 8, 24, false)]
    [InlineData(70, 33, 20, 40, true)]
    public void Attention_is_its_formula(int queries, int keys, int depth, int width, bool causal)
    {
        var g = new Generator(9);
        Tensor q = randn([2, 3, queries, depth], generator: g), k = randn([2, 3, keys, depth], generator: g), v = randn([2, 3, keys, width], generator: g);
        var y = F.scaled_dot_product_attention(q, k, v, is_casual: causal);
        var masked = causal ? null : F.scaled_dot_product_attention(q, k, v, ones([queries, keys], ScalarType.Bool));
        for (var b = 0; b < 2; b++)
            for (var h = 0; h < 3; h++)
                for (var i = 0; i < queries; i++)
                {
                    var qi = Row(q[b, h], i);
                    var seen = causal ? Math.Min(keys, i + 1) : keys;
                    var weights = Softmax([.. Enumerable.Range(0, seen).Select(j => qi.Zip(Row(k[b, h], j), static (a, c) => a * c).Sum() / Math.Sqrt(depth))]);
                    for (var d = 0; d < width; d += 7)
                    {
                        var expected = weights.Select((w, j) => w * v[b, h, j, d].ToDouble()).Sum();
                        Assert.Equal(expected, y[b, h, i, d].ToDouble(), Bound);
                        if (masked is not null) Assert.Equal(expected, masked[b, h, i, d].ToDouble(), Bound);
                    }
                }
    }

    [Fact]
    public void Float_functions_are_accurate_over_their_range()
    {
        var x = linspace(-90, 90, 100_003, float32);
        var values = x.data<float>().ToArray();
        // 4 ulp for the polynomials; erf's absolute error is 1.5e-7 (Abramowitz and Stegun 7.1.26) and two roundings.
        Compare(x.exp(), Math.Exp, 5e-7, 1.1754944e-37);
        Compare(x.sigmoid(), static v => 1 / (1 + Math.Exp(-v)), 5e-7, 1.1754944e-37);
        Compare(F.silu(x), static v => v / (1 + Math.Exp(-v)), 6e-7, 1e-35);
        Compare(x.tanh(), Math.Tanh, 5e-7, 0);
        Compare(x.erf(), VectorMath.Erf, 3e-7, 4e-7);
        Compare(F.gelu(x), static v => v * 0.5 * (1 + VectorMath.Erf(v / Math.Sqrt(2))), 5e-7, 1.5e-6);
        Assert.Equal([0f, 0f, float.PositiveInfinity, 1f], tensor(new[] { float.NegativeInfinity, -200, 200, 0 }).exp().data<float>().ToArray());
        Assert.All(full(9, double.NaN).exp().data<float>().ToArray(), static v => Assert.True(float.IsNaN(v)));

        void Compare(Tensor y, Func<double, double> f, double relative, double absolute)
        {
            var results = y.data<float>().ToArray();
            for (var i = 0; i < values.Length; i++)
            {
                var expected = f(values[i]);
                if (Math.Abs(expected) > float.MaxValue) continue;
                Assert.True(Math.Abs(results[i] - expected) <= relative * Math.Abs(expected) + absolute, $"{values[i]}: {results[i]} against {expected}");
            }
        }
    }

    [Fact]
    public void Factorisations_reproduce_their_matrix()
    {
        foreach (var (m, n) in new[] { (1, 1), (4, 4), (7, 3), (3, 7), (20, 20) })
        {
            var a = randn([2, m, n], float64, generator: new Generator(10));
            foreach (var full in new[] { false, true })
            {
                var (u, s, vh) = linalg.svd(a, full);
                var k = Math.Min(m, n);
                Assert.True((u.narrow(-1, 0, k) * s.unsqueeze(1)).matmul(vh.narrow(-2, 0, k)).allclose(a, 1e-12, 1e-12));
                Assert.True(u.transpose(1, 2).matmul(u).allclose(eye(u.shape[^1], dtype: float64).expand(2, -1, -1), 1e-12, 1e-12));
                Assert.True(vh.matmul(vh.transpose(1, 2)).allclose(eye(vh.shape[1], dtype: float64).expand(2, -1, -1), 1e-12, 1e-12));
            }
            foreach (var mode in new[] { linalg.QRMode.Reduced, linalg.QRMode.Complete })
            {
                var (q, r) = linalg.qr(a, mode);
                Assert.True(q.matmul(r).allclose(a, 1e-12, 1e-12));
                Assert.True(q.transpose(1, 2).matmul(q).allclose(eye(q.shape[^1], dtype: float64).expand(2, -1, -1), 1e-12, 1e-12));
                Assert.True(r.allclose(r.triu()));
            }
            var inverse = linalg.pinv(a);
            Assert.True(a.matmul(inverse).matmul(a).allclose(a, 1e-10, 1e-10));
        }
        Tensor square = tensor(new double[,] { { 2, 1 }, { 1, 3 } }), right = tensor(new double[,] { { 3 }, { 5 } });
        Assert.True(linalg.solve(square, right).allclose(tensor(new double[,] { { 0.8 }, { 1.4 } })));
        Assert.True(linalg.lstsq(square, right).Solution.allclose(tensor(new double[,] { { 0.8 }, { 1.4 } })));
        Assert.Equal(5, linalg.norm(tensor(new double[] { 3, 4 })).ToDouble());
    }

    [Fact]
    public void Integers_masks_and_half_types()
    {
        var x = tensor(new long[] { 5, -3, 2 });
        Assert.Equal([1L, 1, 2], (x % 4).remainder(4).data<long>().ToArray());
        Assert.Equal(4L, x.sum().item<long>());
        Assert.Equal(float32, (x / 2).dtype);
        Assert.Equal([true, false, true], (x > 0).data<bool>().ToArray());
        Assert.Equal(2L, (x > 0).sum().ToInt64());
        Assert.Equal(float32, (x.to(float32) * 2.5).dtype);
        Assert.Equal(float32, (x * 2.5).dtype);
        Assert.Equal(int64, (x * 2).dtype);
        var f = tensor(new[] { 1f, 3.140625f, -65504f });
        Assert.Equal(f.data<float>().ToArray(), f.to(float16).to(float32).data<float>().ToArray());
        Assert.Equal([1f, 3.140625f], f.narrow(0, 0, 2).to(bfloat16).to(float32).data<float>().ToArray());
    }

    [Fact]
    public void Order_and_position()
    {
        var x = tensor(new float[,] { { 3, 1, 2 }, { 5, 5, 4 } });
        Assert.Equal([0L, 0], x.argmax(1).data<long>().ToArray());
        Assert.Equal([1L, 2], x.argmin(1).data<long>().ToArray());
        var (values, indices) = x.topk(2);
        Assert.Equal([3f, 2, 5, 5], values.data<float>().ToArray());
        Assert.Equal([0L, 2, 0, 1], indices.data<long>().ToArray());
        Assert.Equal([1L, 2, 0, 2, 0, 1], x.argsort().data<long>().ToArray());
        Assert.Equal([3f, 4, 6], x[0].cumsum(0).data<float>().ToArray());
        Assert.Equal([2f, 3, 1], x[0].roll(1).data<float>().ToArray());
        Assert.Equal([2f, 1, 3], x[0].flip(0).data<float>().ToArray());
        Assert.Equal([1L, 0, 1, 1, 1, 2], (x > 3).nonzero().data<long>().ToArray());
    }

    // p is computed from logits that float32 holds exactly, so that only the result is rounded: 4 · 2^-24 of 1.
    [Fact]
    public void The_gradient_of_cross_entropy_keeps_its_digits_among_large_logits()
    {
        float[] logits = [10_000f, 9_999f, 9_998.5f, 9_000f];
        using var x = torch.tensor(logits, [1, 4]).requires_grad_();
        using var target = torch.tensor([1L]);
        using var loss = torch.nn.functional.cross_entropy(x, target);
        loss.backward();
        using var gradient = x.grad ?? throw new InvalidOperationException("no gradient");
        double[] weights = [.. logits.Select(z => Math.Exp(z - 10_000.0))];
        for (var i = 0; i < 4; i++) Assert.Equal(weights[i] / weights.Sum() - (i == 1 ? 1 : 0), gradient.data<float>()[i], 2.4e-7);
    }
}
