using Rasp.Runtime.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rasp.Runtime.Verification;

/// <summary>The mean of −ln p, in nats a token, over windows of text; each window's first token is not predicted.</summary>
internal static class LanguageLoss
{
    private const int WindowsAtOnce = 8;

    public static double Measure(LanguageModel model, IReadOnlyCollection<long[]> windows, CancellationToken cancellation)
    {
        double sum = 0;
        long predicted = 0;
        using (no_grad())
        {
            foreach (long[][] chunk in windows.Chunk(WindowsAtOnce))
            {
                cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                int length = chunk[0].Length - 1;
                long[] targets = [.. chunk.SelectMany(w => w[1..])];
                Tensor logits = model.forward(tensor([.. chunk.SelectMany(w => w[..^1])], [chunk.Length, length]));
                sum += functional.cross_entropy(logits.reshape(targets.Length, -1), tensor(targets, [targets.Length]), reduction: Reduction.Sum).item<float>();
                predicted += targets.Length;
            }
        }

        return sum / predicted;
    }
}
