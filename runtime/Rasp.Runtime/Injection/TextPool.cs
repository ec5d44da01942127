using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rasp.Runtime.Injection;

/// <summary>Windows of text, [n][T] token ids that start with BOS, read from a file or sampled from the model itself.</summary>
internal static class TextWindows
{
    public static IReadOnlyList<long[]> Read(LanguageModel model, string path, int count, int length, int seed)
    {
        long[] text = Encode(model, path);
        int inside = length - 1;
        if (text.Length < inside) throw new RaspException($"'{path}' has {text.Length} tokens, but one window needs {inside}; give a longer text.");
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (long[])[model.Tokenizer.Bos, .. text.AsSpan(random.Next(text.Length - inside + 1), inside)])];
    }

    /// <summary>The start of a file, cut into windows one after the other.</summary>
    public static IReadOnlyList<long[]> ReadInOrder(LanguageModel model, string path, int characters, int length)
    {
        long[] text = Encode(model, path);
        int inside = length - 1;
        int count = Math.Min(text.Length, characters) / inside;
        if (count == 0) throw new RaspException($"'{path}' has {text.Length} tokens, but one window needs {inside}; give a longer text.");
        return [.. Enumerable.Range(0, count).Select(w => (long[])[model.Tokenizer.Bos, .. text.AsSpan(w * inside, inside)])];
    }

    public static IReadOnlyList<long[]> Sample(LanguageModel model, int count, int length, int seed)
    {
        const int AtOnce = 64;
        List<long[]> windows = [];
        while (windows.Count < count)
        {
            long[][] prompts = [.. Enumerable.Range(0, Math.Min(AtOnce, count - windows.Count)).Select(_ => (long[])[model.Tokenizer.Bos])];
            windows.AddRange(model.Generate(prompts, new GenerationOptions(length - 1, Temperature: 1, seed + windows.Count, StopAtEnd: false)));
        }

        return windows;
    }

    private static long[] Encode(LanguageModel model, string path)
    {
        try
        {
            return model.Tokenizer.Encode(File.ReadAllText(path).ReplaceLineEndings(" "), bos: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"The text '{path}' cannot be read: {e.Message}", e);
        }
    }
}

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
