using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests;

/// <summary>Dropout draws from the process's generator; the tests that seed it run alone.</summary>
[Collection(nameof(MemoryAccount))]
public class DropoutTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Dropout_keeps_its_share_scales_it_and_passes_only_its_gradient(double p)
    {
        const int Count = 40_000;
        manual_seed(5);
        var x = ones(Count, requires_grad: true);
        var y = F.dropout(x, p);
        y.sum().backward();
        var values = y.data<float>().ToArray();
        var kept = values.Count(static v => v != 0);
        Assert.All(values, v => Assert.True(v == 0 || Math.Abs(v * (1 - p) - 1) < 1e-6, $"{v}"));
        // Five standard deviations of a binomial count: one seed in two million would be outside.
        Assert.InRange(kept, Count * (1 - p) - 5 * Math.Sqrt(Count * p * (1 - p)), Count * (1 - p) + 5 * Math.Sqrt(Count * p * (1 - p)));
        Assert.Equal(values, x.grad?.data<float>().ToArray() ?? []);
    }

    [Fact]
    public void Dropout_repeats_with_the_seed_and_is_off_in_evaluation()
    {
        var x = arange(1, 100, dtype: float32);
        manual_seed(6);
        var first = F.dropout(x);
        var second = F.dropout(x);
        manual_seed(6);
        Assert.Equal(first.data<float>().ToArray(), F.dropout(x).data<float>().ToArray());
        Assert.NotEqual(first.data<float>().ToArray(), second.data<float>().ToArray());
        Assert.Equal(x.data<float>().ToArray(), F.dropout(x, training: false).data<float>().ToArray());
        Assert.Equal(x.data<float>().ToArray(), F.dropout(x, 0).data<float>().ToArray());
        Assert.All(F.dropout(x, 1).data<float>().ToArray(), static v => Assert.Equal(0, v));
    }
}
