using Rasp.Format;
using Rasp.Tool.Text;

namespace Rasp.Tool.Pages;

/// <summary>The input of a page for which none was given.</summary>
internal static class SampleInput
{
    private const int Longest = 8;

    /// <summary>At most eight tokens, places in the vocabulary by Fibonacci's numbers: some tokens repeat, and they are in no order.</summary>
    public static InputTokens Of(Manifest m)
    {
        Value[] tokens = new Value[Math.Min(Longest, m.MaxLength)];
        for ((int i, int place, int next) = (0, 0, 1); i < tokens.Length; i++, (place, next) = (next, place + next))
            tokens[i] = m.Vocabulary[place % m.Vocabulary.Length];
        return new InputTokens([.. tokens], ValueText.Format([.. tokens]), string.Empty);
    }
}
