using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Steady;

/// <summary>The engine's threads stop when there is nothing to do.</summary>
[Collection(nameof(MemoryAccount))]
public class IdleTests
{
    // A thread spins for milliseconds before it parks; a thread that spins on never does. The rest is for a machine that is busy.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Every_thread_of_an_idle_engine_is_parked_and_the_next_job_wakes_them()
    {
        var threads = get_num_threads();
        set_num_threads(Math.Max(2, threads));
        try
        {
            using var model = new SmallTransformer(3, vocabulary: 512, width: 64, heads: 4, batch: 16, length: 32);
            for (var round = 0; round < 3; round++)
            {
                for (var step = 0; step < 5; step++) model.Step();
                Assert.True(SpinWait.SpinUntil(static () => Workers.AllParked, Patience), $"threads still spin after {Patience} without a job");
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }
}
