using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rasp.Runtime.Injection;

/// <summary>
/// Text on which the injected model must stay what it was: KL(original ‖ model) over whole windows, and the relative squared
/// error of the hidden states after every block. The original's outputs are computed on a batch's first use and kept.
/// </summary>
internal sealed class TextPool
{
    private readonly LanguageModel original;
    private readonly HookPoint[] states;
    private readonly long[][][] batches;
    private readonly Reference?[] references;

    public TextPool(LanguageModel original, IReadOnlyList<long[]> windows, int batch)
    {
        this.original = original;
        states = [.. Enumerable.Range(0, original.Config.Layers).Select(l => new HookPoint(l, LanguageModels.ResidualSite.Post))];
        batches = [.. windows.Chunk(batch)];
        references = new Reference?[batches.Length];
    }

    public int Count => batches.Length;

    /// <summary>KL a token, and the hidden states' error: Σ(h − h₀)² / Σh₀², its mean over the blocks.</summary>
    public (Tensor Kl, Tensor HiddenStates) Losses(LanguageModel model, int batch)
    {
        Reference reference = references[batch] ??= Refer(batch);
        Tensor hidden = zeros([]);
        Tensor logits = model.forward(Ids(batch), hook: (point, residual) =>
        {
            int state = Array.IndexOf(states, point);
            if (state >= 0) hidden = hidden + functional.mse_loss(residual, reference.States[state]) / reference.Scales[state];
            return residual;
        });
        // Σ p·(log p − log q): the first part is a constant of the original.
        Tensor cross = (reference.Probabilities * functional.log_softmax(logits, -1)).sum() / reference.Tokens;
        return (reference.NegativeEntropy - cross, hidden / states.Length);
    }

    private Reference Refer(int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            Tensor[] seen = new Tensor[states.Length];
            Tensor logits = original.forward(Ids(batch), hook: (point, residual) =>
            {
                int state = Array.IndexOf(states, point);
                if (state >= 0) seen[state] = residual.DetachFromDisposeScope();
                return residual;
            });
            Tensor logs = functional.log_softmax(logits, -1);
            Tensor probabilities = logs.exp().DetachFromDisposeScope();
            long tokens = logits.shape[0] * logits.shape[1];
            return new Reference(
                seen,
                [.. seen.Select(h => (double)(h * h).mean().item<float>())],
                probabilities,
                (probabilities * logs).sum().item<float>() / tokens,
                tokens);
        }
    }

    private Tensor Ids(int batch)
    {
        long[][] windows = batches[batch];
        return tensor([.. windows.SelectMany(w => w)], [windows.Length, windows[0].Length]);
    }

    private sealed record Reference(Tensor[] States, double[] Scales, Tensor Probabilities, double NegativeEntropy, long Tokens);
}
