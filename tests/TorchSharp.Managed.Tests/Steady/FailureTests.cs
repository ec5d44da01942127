using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Steady;

/// <summary>A job that fails on one thread ends on all of them before the caller goes on.</summary>
[Collection(nameof(MemoryAccount))]
public class FailureTests
{
    [Fact]
    public void The_engine_works_on_after_a_job_has_failed()
    {
        const int Count = 1 << 20;
        using Tensor many = ones(Count, int64), none = zeros(Count, int64), real = ones(Count);
        for (var round = 0; round < 200; round++)
        {
            // Whole numbers divided by zero fail in every part of the job, on whichever thread.
            var error = Assert.Throws<ExternalException>(() => many.div(none, RoundingMode.trunc));
            Assert.IsType<DivideByZeroException>(error.InnerException);
            using var doubled = real + real;
            using var sum = doubled.sum();
            Assert.Equal(2f * Count, sum.ToSingle());
        }
    }
}
