namespace Rasp.Runtime.Pretraining;

/// <summary>Random windows of the training text. The batch of a step depends on the seed and the step alone, so a resumed run sees what it would have seen.</summary>
internal sealed class TrainingBatches
{
    private readonly ReadOnlyMemory<int>[] stretches;
    private readonly long windows;
    private readonly int context;
    private readonly int batch;
    private readonly int seed;

    public TrainingBatches(IEnumerable<ReadOnlyMemory<int>> stretches, int context, int batch, int seed)
    {
        this.stretches = [.. stretches.Where(s => s.Length > context)];
        this.context = context;
        this.batch = batch;
        this.seed = seed;
        windows = this.stretches.Sum(s => (long)s.Length - context);
    }

    /// <summary>Inputs and the tokens that follow each of them, both [batch, context] row after row.</summary>
    public (long[] Inputs, long[] Targets) At(int step)
    {
        Random random = new(unchecked(seed * 1_000_003 + step));
        long[] inputs = new long[batch * context];
        long[] targets = new long[batch * context];
        for (int row = 0; row < batch; row++)
        {
            ReadOnlySpan<int> window = Window(random.NextInt64(windows));
            for (int t = 0; t < context; t++)
            {
                inputs[row * context + t] = window[t];
                targets[row * context + t] = window[t + 1];
            }
        }

        return (inputs, targets);
    }

    private ReadOnlySpan<int> Window(long index)
    {
        foreach (ReadOnlyMemory<int> stretch in stretches)
        {
            long here = stretch.Length - context;
            if (index < here) return stretch.Span.Slice((int)index, context + 1);
            index -= here;
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }
}
