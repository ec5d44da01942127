namespace TorchSharp.Managed.Tests.Steady;

/// <summary>Memory does not grow with the number of training steps.</summary>
[Collection(nameof(MemoryAccount))]
public class MemoryTests(ITestOutputHelper output)
{
    private const int First = 1_000, Last = 10_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Memory_is_constant_over_ten_thousand_steps(bool scoped)
    {
        using var model = new SmallTransformer(1);
        for (var step = 0; step < First; step++) model.Step(scoped);
        var before = Account.Now();
        for (var step = First; step < Last; step++) model.Step(scoped);
        var after = Account.Now();
        output.WriteLine($"step {First}: {before}; step {Last}: {after}");
        // The same parameters, moments and gradients, to the byte: the pool's own account, which knows nothing of the machine.
        Assert.Equal(before.Tensors, after.Tensors);
        // A step makes about a hundred tensors, whose handles are 100 bytes each: what leaks one of them a step leaks 900 kB. With
        // scopes the bound is below that. Without them blocks wait for the collector, and the pool keeps those that come back, with
        // their handles, up to its budget of 512 MB in some ten thousands of blocks; the bound is below the 90 MB of all handles.
        Assert.InRange(after.Managed - before.Managed, long.MinValue, scoped ? 512 << 10 : 32 << 20);
        // The process holds besides the pool's budget (and half as much for what the allocator and the runtime keep of their own)
        // only what leaks; blocks lost to the pool's account, 150 kB a step, would come to 1.35 GB.
        Assert.InRange(after.Process - before.Process, long.MinValue, 768L << 20);
    }

    private sealed record Account(long Tensors, long Managed, long Process)
    {
        public override string ToString() => $"{Tensors} bytes of tensors, {Managed >> 10} kB managed, {Process >> 10} kB in the process";

        internal static Account Now()
        {
            // Twice: finalizers of the first round release what the second collects.
            MemoryAccount.Settled();
            var tensors = MemoryAccount.Settled();
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            return new(tensors, GC.GetTotalMemory(true), process.WorkingSet64);
        }
    }
}
