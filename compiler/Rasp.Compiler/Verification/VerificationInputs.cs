using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Verification;

/// <summary>The inputs on which the weights are run against the interpreter.</summary>
internal sealed record VerificationInputs(bool Exhaustive, IEnumerable<ImmutableArray<Value>> Inputs)
{
    private const int Samples = 2_000;

    private const int Seed = 1;

    /// <summary>Every input of every length where the longest alone have at most <paramref name="budget"/> positions.</summary>
    public static VerificationInputs For(ImmutableArray<Value> vocabulary, int maxLength, int budget) =>
        maxLength * Math.Pow(vocabulary.Length, maxLength) <= budget
            ? new VerificationInputs(true, All(vocabulary, maxLength))
            : new VerificationInputs(false, Boundary(vocabulary, maxLength).Concat(Sample(vocabulary, maxLength)));

    private static IEnumerable<ImmutableArray<Value>> All(ImmutableArray<Value> vocabulary, int maxLength)
    {
        for (int length = 1; length <= maxLength; length++)
        {
            int[] digits = new int[length];
            do yield return [.. digits.Select(d => vocabulary[d])];
            while (Increment(digits, vocabulary.Length));
        }
    }

    private static bool Increment(int[] digits, int radix)
    {
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            if (++digits[i] < radix) return true;
            digits[i] = 0;
        }

        return false;
    }

    /// <summary>At every length: each token alone, tokens in turn (all distinct while they last, both ways), and two alternating.</summary>
    private static IEnumerable<ImmutableArray<Value>> Boundary(ImmutableArray<Value> vocabulary, int maxLength)
    {
        int v = vocabulary.Length;
        for (int length = 1; length <= maxLength; length++)
        {
            for (int token = 0; token < v; token++)
            {
                yield return Build(length, _ => token);
                yield return Build(length, i => (token + (i % 2)) % v);
            }

            yield return Build(length, i => i % v);
            yield return Build(length, i => v - 1 - (i % v));
        }

        ImmutableArray<Value> Build(int length, Func<int, int> token) => [.. Enumerable.Range(0, length).Select(i => vocabulary[token(i)])];
    }

    /// <summary>All lengths in turn; half of the inputs from the whole vocabulary, half from two of its tokens, so that repetitions are frequent.</summary>
    private static IEnumerable<ImmutableArray<Value>> Sample(ImmutableArray<Value> vocabulary, int maxLength)
    {
        Random random = new(Seed);
        for (int s = 0; s < Samples; s++)
        {
            int length = maxLength - (s % maxLength);
            Value[] pool = s / maxLength % 2 == 0 ? [.. vocabulary] : [vocabulary[random.Next(vocabulary.Length)], vocabulary[random.Next(vocabulary.Length)]];
            yield return [.. Enumerable.Range(0, length).Select(_ => pool[random.Next(pool.Length)])];
        }
    }
}
