namespace Rasp.Runtime.Pretraining;

/// <summary>
/// The model a language model must beat: interpolated n-grams with modified Kneser–Ney smoothing (Chen and Goodman 1998).
/// With c(h, w) the count of w after the context h, and the discount D depending on that count (1, 2, or 3 and more):
///   p(w | h) = (c(h, w) − D(c(h, w))) / Σ c(h, ·) + γ(h) · p(w | h without its first token)
/// where γ(h) hands out exactly what was discounted. Below the highest order, c counts distinct left neighbours, not
/// occurrences. The lowest level is uniform over the vocabulary.
/// </summary>
public sealed class NgramModel
{
    private const int DiscountClasses = 3;

    private readonly int order;
    private readonly int vocabulary;

    // By context length 0 … order − 1: the counts of each context's continuations, and the discounts.
    private readonly Dictionary<ulong, Dictionary<int, int>>[] counts;
    private readonly double[][] discounts;

    private NgramModel(int order, int vocabulary, Dictionary<ulong, Dictionary<int, int>>[] counts)
    {
        this.order = order;
        this.vocabulary = vocabulary;
        this.counts = counts;
        discounts = [.. counts.Select(Discounts)];
    }

    /// <summary>Counts the n-grams of the stretches; an n-gram never spans two of them. An order of 5 looks at four tokens.</summary>
    public static NgramModel Train(IEnumerable<ReadOnlyMemory<int>> stretches, int vocabularySize, int order = 5)
    {
        ArgumentNullException.ThrowIfNull(stretches);
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        if (Math.Pow(vocabularySize, order) > ulong.MaxValue) throw new ArgumentOutOfRangeException(nameof(order), "Contexts of this order do not fit 64 bits.");
        Dictionary<ulong, Dictionary<int, int>>[] counts = [.. Enumerable.Range(0, order).Select(_ => new Dictionary<ulong, Dictionary<int, int>>())];
        foreach (ReadOnlyMemory<int> stretch in stretches)
            for (int i = 0; i < stretch.Length; i++) CountAt(stretch.Span, i, order, vocabularySize, counts);
        return new NgramModel(order, vocabularySize, counts);
    }

    /// <summary>p(next | context) for the last <c>order − 1</c> tokens of <paramref name="context"/>, or all if there are fewer.</summary>
    public double Probability(ReadOnlySpan<int> context, int next)
    {
        double probability = 1.0 / vocabulary;
        for (int length = 0; length <= Math.Min(context.Length, order - 1); length++)
        {
            ulong key = Key(context[^length..], vocabulary);
            if (!counts[length].TryGetValue(key, out Dictionary<int, int>? after)) break;
            double total = 0;
            double discounted = 0;
            foreach (int count in after.Values)
            {
                total += count;
                discounted += discounts[length][Math.Min(count, DiscountClasses) - 1];
            }

            after.TryGetValue(next, out int seen);
            double kept = seen == 0 ? 0 : seen - discounts[length][Math.Min(seen, DiscountClasses) - 1];
            probability = (kept + discounted * probability) / total;
        }

        return probability;
    }

    /// <summary>
    /// The mean of −ln p over the tokens that <see cref="HeldOutWindows"/> scores: the same as for the language model. The
    /// context reaches back over a window's start, which favours this model a little.
    /// </summary>
    public double Loss(IEnumerable<ReadOnlyMemory<int>> blocks, HeldOutWindows windows)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(windows);
        double sum = 0;
        long scored = 0;
        foreach (ReadOnlyMemory<int> block in blocks)
        {
            ReadOnlySpan<int> tokens = block.Span;
            foreach (int target in windows.Targets(block))
            {
                sum -= Math.Log(Probability(tokens[Math.Max(0, target - order + 1)..target], tokens[target]));
                scored++;
            }
        }

        return sum / scored;
    }

    private static void CountAt(ReadOnlySpan<int> tokens, int i, int order, int vocabulary, Dictionary<ulong, Dictionary<int, int>>[] counts)
    {
        // From the longest context down: a shorter n-gram counts once for each different left neighbour, that is, whenever
        // the n-gram one longer is new. At the start of a stretch there is no longer one, so occurrences count.
        for (int length = Math.Min(order - 1, i); length >= 0; length--)
        {
            ulong key = Key(tokens[(i - length)..i], vocabulary);
            if (!counts[length].TryGetValue(key, out Dictionary<int, int>? after)) counts[length][key] = after = [];
            after.TryGetValue(tokens[i], out int before);
            after[tokens[i]] = before + 1;
            if (before > 0) return;
        }
    }

    private static ulong Key(ReadOnlySpan<int> context, int vocabulary)
    {
        ulong key = 0;
        foreach (int token in context) key = key * (ulong)vocabulary + (ulong)token;
        return key;
    }

    /// <summary>
    /// From n₁ … n₄, the numbers of n-grams counted once to four times, with Y = n₁ / (n₁ + 2 n₂):
    /// D₁ = 1 − 2Y·n₂/n₁, D₂ = 2 − 3Y·n₃/n₂, D₃ = 3 − 4Y·n₄/n₃. Where too few n-grams are rare for that, 0.5 each.
    /// </summary>
    private static double[] Discounts(Dictionary<ulong, Dictionary<int, int>> counts)
    {
        double[] n = new double[DiscountClasses + 2];
        foreach (Dictionary<int, int> after in counts.Values)
            foreach (int count in after.Values)
                if (count < n.Length) n[count]++;
        double y = n[1] / (n[1] + 2 * n[2]);
        double[] discounts = [.. Enumerable.Range(1, DiscountClasses).Select(c => c - (c + 1) * y * n[c + 1] / n[c])];
        return discounts.Select((d, c) => d > 0 && d <= c + 1).All(fits => fits) ? discounts : [0.5, 0.5, 0.5];
    }
}
