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
        // The same parameters, moments and gradients, to the byte.
        Assert.Equal(before.Tensors, after.Tensors);
        // A step makes 150 kB of tensors; 9,000 steps would leak more than a gigabyte of them, and megabytes of managed objects.
        // With scopes every block is reused at once: what grows is the runtime's and the test runner's own. Without them blocks
        // wait for the collector, and the pool keeps those that come back, with their handles, up to its budget of 512 MB.
        Assert.InRange(after.Managed - before.Managed, long.MinValue, scoped ? 256 << 10 : 16 << 20);
        Assert.InRange(after.Process - before.Process, long.MinValue, scoped ? 48 << 20 : 512 << 20);
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
