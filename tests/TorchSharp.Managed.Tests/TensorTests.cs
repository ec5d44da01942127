using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Managed.Tests;

/// <summary>Views, ownership, errors, randomness.</summary>
[Collection(nameof(MemoryAccount))]
public class TensorTests
{
    [Fact]
    public void Views_share_storage()
    {
        var x = arange(12, dtype: float32).view(3, 4);
        x.transpose(0, 1)[1, 2].fill_(-1);
        Assert.Equal(-1, x[2, 1].ToSingle());
        x[TensorIndex.Colon, TensorIndex.Slice(0, 2)].zero_();
        Assert.Equal([0f, 0, 2, 3, 0, 0, 6, 7, 0, 0, 10, 11], x.data<float>().ToArray());
        x.detach().view(-1)[3] = 9f;
        Assert.Equal(9, x[0, 3].ToSingle());
        x[tensor(new long[] { 0, 2 })] = 5f;
        Assert.Equal([5f, 5, 5, 5, 0, 0, 6, 7, 5, 5, 5, 5], x.data<float>().ToArray());
        x[x > 5.5] = -2f;
        Assert.Equal([0f, 0, -2, -2], x[1].data<float>().ToArray());
        Assert.Equal([0f, -2], x[1, 1..3].data<float>().ToArray());
    }

    [Fact]
    public void Indexing_follows_the_rules_of_numpy()
    {
        var x = arange(24, dtype: int64).view(2, 3, 4);
        Assert.Equal([1, 3], x[TensorIndex.Null, 0, TensorIndex.Ellipsis, 1].shape);
        Assert.Equal([1L, 5, 9], x[0, TensorIndex.Ellipsis, 1].data<long>().ToArray());
        Assert.Equal([23L], x[-1, -1, 3..].data<long>().ToArray());
        Assert.Equal([8L, 10], x[0, 2, TensorIndex.Slice(null, null, 2)].data<long>().ToArray());
        var rows = TensorIndex.Tensor(tensor(new long[] { 1, -1 }));
        Assert.Equal([2, 2, 4], x[TensorIndex.Colon, rows].shape);
        Assert.Equal([2, 3], x[TensorIndex.Tensor(tensor(new long[] { 0, 1 })), TensorIndex.Colon, rows].shape);
        Assert.Equal([1L, 5, 9, 15, 19, 23], x[TensorIndex.Tensor(tensor(new long[] { 0, 1 })), TensorIndex.Colon, rows].data<long>().ToArray());
        Assert.Equal([20L, 21, 22, 23], x[x > 19].data<long>().ToArray());
    }

    [Fact]
    public void Scopes_give_memory_back_and_moved_tensors_live()
    {
        Tensor kept, moved;
        var before = MemoryAccount.Settled();
        using (var outer = NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                for (var i = 0; i < 10; i++) _ = randn(1000, 1000) + 1;
                moved = ones(1000).MoveToOuterDisposeScope();
                kept = ones(1000).DetachFromDisposeScope();
                Assert.True(StoragePool.BytesInUse - before > 40_000_000);
                Assert.True(inner.DisposablesCount >= 20);
            }
            Assert.False(moved.IsInvalid);
            Assert.True(StoragePool.BytesInUse - before < 4_000_000);
        }
        Assert.True(moved.IsInvalid);
        Assert.Equal(1, kept[5].ToSingle());
        kept.Dispose();
        Assert.Throws<InvalidOperationException>(() => kept + 1);
    }

    [Fact]
    public void Disposing_handles_does_not_break_the_graph()
    {
        var x = ones(3, requires_grad: true);
        using (var y = x * 2)
        using (var z = y.exp()) z.sum().backward();
        Assert.Equal(2 * MathF.Exp(2), x.grad?[1].ToSingle() ?? 0, 1e-5);
        x.grad?.Dispose();
        Assert.NotNull(x.grad);
    }

    [Fact]
    public void Forgotten_tensors_do_not_exhaust_memory()
    {
        // 8 GB in all, no scope and no Dispose.
        for (var i = 0; i < 2000; i++) _ = zeros(1_000_000);
        Assert.True(Environment.WorkingSet < 3L << 30);
    }

    [Fact]
    public void Gradients_accumulate_and_no_grad_is_per_thread()
    {
        var x = tensor(new[] { 1f, 2f }, requires_grad: true);
        (x * x).sum().backward();
        (x * 3).sum().backward();
        Assert.Equal([5f, 7f], x.grad?.data<float>().ToArray() ?? []);
        using (no_grad())
        {
            Assert.False((x * 2).requires_grad);
            var elsewhere = false;
            var thread = new Thread(() => elsewhere = (x * 2).requires_grad);
            thread.Start();
            thread.Join();
            Assert.True(elsewhere);
        }
        Assert.True((x * 2).requires_grad);
        Assert.False((x * 2).detach().requires_grad);
    }

    [Fact]
    public void A_value_changed_after_it_was_saved_is_refused()
    {
        var x = ones(2, requires_grad: true);
        var y = x * 2;
        var z = y * y;
        y.add_(1);
        Assert.Contains("inplace", Assert.Throws<ExternalException>(() => z.sum().backward()).Message, StringComparison.Ordinal);
        Assert.Throws<ExternalException>(() => x.add_(1));
        var loss = (x * x).sum();
        loss.backward();
        Assert.Throws<ExternalException>(() => loss.backward());
    }

    public static TheoryData<string> Mistakes => ["add", "matmul", "mm", "bmm", "view", "linear", "cat", "stack", "expand", "cross_entropy", "attention", "add_", "copy_", "gather"];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Wrong_shapes_name_the_operation_and_both_shapes(string name)
    {
        Tensor a = zeros(2, 3), b = zeros(4, 5);
        Action wrong = name switch
        {
            "add" => () => _ = a + b,
            "matmul" => () => a.matmul(b),
            "mm" => () => a.mm(b),
            "bmm" => () => a.bmm(b),
            "view" => () => a.view(4, 5),
            "linear" => () => F.linear(a, b),
            "cat" => () => cat([a, b], 0),
            "stack" => () => stack([a, b]),
            "expand" => () => a.expand(4, 5),
            "cross_entropy" => () => F.cross_entropy(a, b.to(int64)),
            "attention" => () => F.scaled_dot_product_attention(a, b, b),
            "add_" => () => a.add_(b),
            "copy_" => () => a.copy_(b),
            _ => () => a.gather(0, b.to(int64)),
        };
        var message = Assert.Throws<ExternalException>(wrong).Message;
        Assert.Contains("[2, 3]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 5]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Randomness_repeats_from_its_seed()
    {
        manual_seed(11);
        var first = randn(1000).data<float>().ToArray();
        manual_seed(11);
        Assert.Equal(first, randn(1000).data<float>().ToArray());
        var g = new Generator(12);
        var state = g.get_state();
        var order = randperm(50, generator: g).data<long>().ToArray();
        g.set_state(state);
        Assert.Equal(order, randperm(50, generator: g).data<long>().ToArray());
        Assert.Equal(Enumerable.Range(0, 50).Select(static i => (long)i), order.Order());
        // A mean of 10^6 values has a standard error of 1e-3 (normal) and 2.9e-4 (uniform): five of them.
        var normal = randn(1_000_000, float64, generator: g);
        Assert.Equal(0, normal.mean().ToDouble(), 5e-3);
        Assert.Equal(1, normal.std().ToDouble(), 5e-3);
        Assert.Equal(0.5, rand(1_000_000, float64, generator: g).mean().ToDouble(), 1.5e-3);
        var draws = randint(3, 7, [10_000], generator: g);
        Assert.Equal(3, draws.min().ToInt64());
        Assert.Equal(6, draws.max().ToInt64());
        var picks = tensor(new[] { 0.0, 1, 3 }).multinomial(40_000, true, g);
        Assert.Equal(0, (picks == 0).sum().ToInt64());
        // Five standard deviations of a binomial of 40,000 at 3/4.
        Assert.Equal(30_000, (picks == 2).sum().ToDouble(), 440.0);
    }
}
