using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Steady;

/// <summary>
/// Training is bit-identical from run to run, whatever the number of threads and whoever else trains meanwhile. Scopes and
/// <c>no_grad</c> belong to a thread; the default generator belongs to the process, as TorchSharp's does, so that models which
/// train at once and want to repeat draw from generators of their own.
/// </summary>
[Collection(nameof(MemoryAccount))]
public class RepeatabilityTests
{
    // Large enough that products, norms, the loss and the update are all cut up for several threads.
    private static SmallTransformer Large(ulong seed) => new(seed, vocabulary: 509, width: 72, heads: 4, batch: 15, length: 31);

    private static SmallTransformer Small(ulong seed) => new(seed, vocabulary: 96, width: 48, heads: 3, batch: 5, length: 17);

    private static Run Train(SmallTransformer model, int steps)
    {
        using (model) return model.Train(steps);
    }

    [Fact]
    public void A_run_repeats_bit_by_bit()
    {
        var first = Train(Large(5), 12);
        Assert.True(first.Losses[^1] < first.Losses[0]);
        Train(Large(5), 12).AssertEqualTo(first);
        Assert.NotEqual(first.Losses, Train(Large(6), 12).Losses);
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var usual = get_num_threads();
        try
        {
            set_num_threads(1);
            var alone = Train(Large(5), 12);
            foreach (var threads in new[] { 2, 3, 4, 7 })
            {
                set_num_threads(threads);
                Train(Large(5), 12).AssertEqualTo(alone);
            }
        }
        finally
        {
            set_num_threads(usual);
        }
    }

    [Fact]
    public void No_element_of_a_function_depends_on_the_number_of_threads()
    {
        // 40,001 elements are cut unevenly, and their last ones do not fill a vector.
        Func<Tensor, Tensor>[] functions = [x => x.exp(), x => x.sigmoid(), x => nn.functional.silu(x), x => nn.functional.gelu(x), x => x.tanh(), x => x * x.sigmoid()];
        manual_seed(3);
        using var values = randn(40_001);
        var usual = get_num_threads();
        try
        {
            foreach (var function in functions)
            {
                set_num_threads(1);
                var alone = Bits(function, values);
                foreach (var threads in new[] { 2, 3, 7 })
                {
                    set_num_threads(threads);
                    Assert.Equal(alone, Bits(function, values));
                }
            }
        }
        finally
        {
            set_num_threads(usual);
        }
    }

    // Values, then gradients.
    private static int[] Bits(Func<Tensor, Tensor> function, Tensor values)
    {
        using var scope = NewDisposeScope();
        var x = values.clone().requires_grad_();
        var y = function(x);
        y.sum().backward();
        return [.. y.data<float>().ToArray().Concat((x.grad ?? throw new InvalidOperationException("no gradient")).data<float>().ToArray()).Select(BitConverter.SingleToInt32Bits)];
    }

    [Fact]
    public void Two_models_train_at_once_as_they_do_alone()
    {
        Run large = Train(Large(5), 20), small = Train(Small(9), 60);
        for (var round = 0; round < 3; round++)
        {
            var together = AtOnce(() => Train(Large(5), 20), () => Train(Small(9), 60));
            together[0].AssertEqualTo(large);
            together[1].AssertEqualTo(small);
        }
    }

    [Fact]
    public void A_busy_collector_takes_no_memory_that_is_still_in_use()
    {
        var expected = Train(Small(9), 150);
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            // Without scopes every intermediate tensor is the collector's, at any moment.
            using var model = Small(9);
            model.Train(150, scoped: false).AssertEqualTo(expected);
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }

    [Fact]
    public void Scopes_and_no_grad_of_one_thread_leave_the_other_alone()
    {
        using var both = new Barrier(2);
        var results = AtOnce(() => Work(1), () => Work(2));
        Train(Small(1), 20).AssertEqualTo(results[0]);
        Train(Small(2), 20).AssertEqualTo(results[1]);

        // Between the barriers the other thread has a scope open, gradients switched off, and seeds the default generator.
        Run Work(ulong seed)
        {
            using var model = Small(seed);
            for (var round = 0; round < 10; round++)
            {
                using (var scope = NewDisposeScope())
                {
                    both.SignalAndWait();
                    manual_seed((long)seed);
                    var kept = rand(100);
                    Assert.Same(scope, CurrentDisposeScope);
                    model.Evaluate();
                    using (no_grad())
                    {
                        both.SignalAndWait();
                        Assert.False(Records());
                    }
                    Assert.True(Records());
                    Assert.Equal(1, scope.DisposablesCount);
                    Assert.False(kept.IsInvalid);
                    both.SignalAndWait();
                }
                Assert.Null(CurrentDisposeScope);
            }
            return model.Train(20);
        }
    }

    private static bool Records()
    {
        using var leaf = ones(1, requires_grad: true);
        using var product = leaf * 2;
        return product.requires_grad;
    }

    [Fact]
    public void A_scope_owns_what_its_own_thread_makes()
    {
        using var scope = NewDisposeScope();
        Tensor? elsewhere = null;
        AtOnce<Tensor>(() => elsewhere = ones(3));
        scope.Dispose();
        Assert.False(elsewhere?.IsInvalid ?? true);
        elsewhere?.Dispose();
    }

    private static T[] AtOnce<T>(params Func<T>[] work)
    {
        var results = new T[work.Length];
        var failures = new Exception?[work.Length];
        Thread[] threads = [.. work.Select((function, i) => new Thread(() =>
        {
            try
            {
                results[i] = function();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                failures[i] = e;
            }
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (failures.OfType<Exception>().FirstOrDefault() is { } failure) throw new InvalidOperationException(failure.ToString(), failure);
        return results;
    }
}
