using System.Diagnostics;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Steady;

/// <summary>The engine's threads stop when there is nothing to do.</summary>
[Collection(nameof(MemoryAccount))]
public class IdleTests(ITestOutputHelper output)
{
    private const double Bound = 200;

    [Fact]
    public void An_idle_engine_burns_no_processor_time()
    {
        using var model = new SmallTransformer(3, vocabulary: 512, width: 64, heads: 4, batch: 16, length: 32);
        for (var step = 0; step < 5; step++) model.Step();
        using var process = Process.GetCurrentProcess();
        // Past the few milliseconds for which a thread spins before it parks.
        Thread.Sleep(200);
        // The runtime compiles what earlier tests ran often for some seconds more; a thread that spins does so in every second.
        var burnt = double.PositiveInfinity;
        for (var second = 0; second < 15 && burnt > Bound; second++)
        {
            process.Refresh();
            var before = process.TotalProcessorTime;
            Thread.Sleep(1000);
            process.Refresh();
            burnt = (process.TotalProcessorTime - before).TotalMilliseconds;
        }
        output.WriteLine($"{burnt} ms of processor time in a second's rest on {get_num_threads()} threads");
        // One spinning thread would burn the whole second; the runtime and the test runner do some work of their own.
        Assert.InRange(burnt, 0, Bound);
    }
}
