using Rasp.Runtime.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Pretraining;

/// <summary>A language model's loss on held-out text.</summary>
public static class HeldOutLoss
{
    private const int WindowsInBatch = 16;
    private const int Ignored = -100;

    /// <summary>The mean of −ln p, in nats, over the tokens that <paramref name="windows"/> scores, each window read on its own.</summary>
    public static double Measure(LanguageModel model, IEnumerable<ReadOnlyMemory<int>> blocks, HeldOutWindows windows, int context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(windows);
        double sum = 0;
        long scored = 0;
        using (no_grad())
        {
            IEnumerable<ReadOnlyMemory<int>> all = blocks.SelectMany(block => windows.Starts(block).Select(start => block.Slice(start, context)));
            foreach (ReadOnlyMemory<int>[] batch in all.Chunk(WindowsInBatch))
            {
                cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                long[] inputs = [.. batch.SelectMany(w => w[..^1].ToArray()).Select(token => (long)token)];
                long[] targets = [.. batch.SelectMany(w => w[1..].ToArray()).Select(token => windows.IsScored(token) ? token : (long)Ignored)];
                Tensor logits = model.forward(tensor(inputs, [batch.Length, context - 1]));
                Tensor loss = nn.functional.cross_entropy(
                    logits.view(inputs.Length, model.Config.VocabularySize), tensor(targets, [targets.Length]), ignore_index: Ignored, reduction: nn.Reduction.Sum);
                sum += loss.item<float>();
                scored += targets.Count(target => target != Ignored);
            }
        }

        return sum / scored;
    }
}
