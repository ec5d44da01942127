using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Autograd;

/// <summary>Gradients that meet in one tensor add up, whatever their types and layouts; expectations by hand.</summary>
public sealed class AccumulationTests
{
    [Fact]
    public void Two_micro_batches_add_up_after_zero_grad()
    {
        using var weight = new Parameter(ones(100));
        using var optimizer = optim.SGD([weight], 0.0);
        for (var step = 0; step < 50; step++)
        {
            // Blocks come out of the pool with the versions that their last users left.
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            for (var batch = 0; batch < 2; batch++) ((weight * 2) + (weight * 3)).sum().backward();
            Assert.All(Gradient(weight), static g => Assert.Equal(10, g));
            optimizer.step();
        }
    }

    [Fact]
    public void Micro_batches_add_up_whatever_version_the_memory_of_the_first_has()
    {
        using var weight = ones(100, requires_grad: true);
        Backward();
        weight.Variable?.ClearGradient();
        // The zeros' version is that of the gradient that replaces them.
        var version = weight.Variable?.Gradient?.Storage.Version ?? 0;
        Backward();
        if (weight.Variable?.Gradient is { } first) first.Storage.Version = version;
        Backward();
        Assert.All(Gradient(weight), static g => Assert.Equal(6, g));

        void Backward() => (weight * 3).sum().backward();
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Parts_of_a_tensor_of_any_type_meet_in_one_gradient(ScalarType type)
    {
        const int N = 33;
        using var x = zeros([2 * N, 2], dtype: type, requires_grad: true);
        var h = x.alias();
        var first = h.narrow(0, 0, N).to(float32).sum();
        var second = h.narrow(0, N, N).to(float32).sum() * 2;
        var overlap = h.narrow(1, 1, 1).to(float32).sum() * 4;
        (first + second + overlap).backward();
        var expected = Enumerable.Range(0, 2 * N).SelectMany(static i => i < N ? new[] { 1.0, 5.0 } : [2.0, 6.0]);
        Assert.Equal(expected, Gradient(x));
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Uses_of_a_16_bit_tensor_add_up(ScalarType type)
    {
        using var x = zeros([40], dtype: type, requires_grad: true);
        var h = x.reshape(5, 8);
        // The first two meet before the leaf, the passes at the leaf; a shared gradient meets another too.
        for (var pass = 0; pass < 2; pass++)
            ((h.to(float32) * 2).sum() + (h.to(float32) * 3).sum() + h.alias().to(float32).sum() + x.to(float32).sum()).backward(retain_graph: true);
        Assert.All(Gradient(x), static g => Assert.Equal(14, g));
    }

    [Fact]
    public void A_shared_16_bit_gradient_is_not_written_to()
    {
        using var x = zeros([8], dtype: bfloat16, requires_grad: true);
        var seed = ones([8], dtype: bfloat16);
        var y = x.clone();
        autograd.backward([y, y.clone()], [seed, seed]);
        Assert.All(Gradient(x), static g => Assert.Equal(2, g));
        Assert.All(seed.to(float64).data<double>().ToArray(), static g => Assert.Equal(1, g));
    }

    [Fact]
    public void An_expanded_gradient_is_stored_element_by_element()
    {
        using var x = ones(1000, requires_grad: true);
        x.grad = tensor(2f).expand(1000);
        Assert.True(x.grad?.is_contiguous());
        (x * 3).sum().backward();
        Assert.All(Gradient(x), static g => Assert.Equal(5, g));
    }

    private static double[] Gradient(Tensor x) => x.grad is { } gradient ? gradient.to(float64).data<double>().ToArray() : [];
}
