using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.LanguageModels;

/// <param name="Tokens">How many tokens to add at most.</param>
/// <param name="Temperature">0 takes the most likely token each time; 1 samples from the model's own distribution.</param>
/// <param name="Seed">Equal seeds give equal samples.</param>
/// <param name="StopAtEnd">Ends at the first start or end token, which is not part of the result.</param>
public sealed record GenerationOptions(int Tokens, double Temperature = 0, int Seed = 0, bool StopAtEnd = true);

/// <summary>Text from a language model, with cached keys and values.</summary>
public static class Generation
{
    /// <summary>The prompt's tokens and those generated after them.</summary>
    public static long[] Generate(this LanguageModel model, long[] prompt, GenerationOptions options) => Generate(model, [prompt], options)[0];

    /// <summary>
    /// One result a prompt: the prompt's tokens and those generated after them. All prompts have one length, and every
    /// prompt at least one token.
    /// </summary>
    public static long[][] Generate(this LanguageModel model, IReadOnlyList<long[]> prompts, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(options);
        if (prompts.Count == 0) return [];
        int length = prompts[0].Length;
        if (length == 0 || prompts.Any(p => p.Length != length)) throw new ArgumentException("Prompts need one common length of at least one token.", nameof(prompts));

        Random random = new(options.Seed);
        List<long>[] rows = [.. prompts.Select(prompt => prompt.ToList())];
        bool[] ended = new bool[rows.Length];
        using KeyValueCache cache = new(model.Config.Layers);
        using (no_grad())
        {
            long[] input = [.. prompts.SelectMany(prompt => prompt)];
            for (int step = 0; step < options.Tokens && !ended.All(e => e); step++)
            {
                float[] logits = LastLogits(model, input, rows.Length, cache);
                input = new long[rows.Length];
                for (int row = 0; row < rows.Length; row++)
                {
                    int next = Choose(logits.AsSpan(row * model.Config.VocabularySize, model.Config.VocabularySize), options.Temperature, random);
                    input[row] = next;
                    ended[row] |= options.StopAtEnd && (next == model.Tokenizer.Bos || next == model.Tokenizer.Eos);
                    if (!ended[row]) rows[row].Add(next);
                }
            }
        }

        return [.. rows.Select(row => row.ToArray())];
    }

    /// <summary>The logits after each row's last token, [B, V] flattened.</summary>
    private static float[] LastLogits(LanguageModel model, long[] input, int batch, KeyValueCache cache)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tensor(input, [batch, input.Length / batch]);
        Tensor logits = model.Run(ids, positions: null, hook: null, cache);
        return logits.select(1, logits.shape[1] - 1).contiguous().data<float>().ToArray();
    }

    private static int Choose(ReadOnlySpan<float> logits, double temperature, Random random)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        if (temperature == 0) return best;

        // exp((logit − largest) / temperature), and the first token whose running sum passes a uniform share of the total.
        Span<double> weights = new double[logits.Length];
        double total = 0;
        for (int i = 0; i < logits.Length; i++) total += weights[i] = Math.Exp((logits[i] - (double)logits[best]) / temperature);
        double left = random.NextDouble() * total;
        for (int i = 0; i < logits.Length; i++)
        {
            left -= weights[i];
            if (left < 0) return i;
        }

        return best;
    }
}
