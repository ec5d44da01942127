using System.Collections.Immutable;

namespace Rasp.Compiler.Verification;

/// <summary>Inputs of one length: indices into the vocabulary, one input after the other.</summary>
internal sealed record VerificationBatch(int Length, int[] Ids)
{
    public int Count => Ids.Length / Length;
}

/// <summary>The inputs on which the weights are run against the interpreter, shorter ones first.</summary>
internal sealed record VerificationInputs(bool Exhaustive, IEnumerable<VerificationBatch> Batches)
{
    private const int Seed = 1;

    // Positions evaluated together.
    private const int BatchPositions = 4096;

    // Where not everything fits, attention's square of the length limits the work as well: pairs of positions for one of the budget's.
    private const long PairsAPosition = 256;

    // A sample for so many positions of the budget: 2,000 by default.
    private const int PositionsASample = 100;

    private const int LengthClasses = 64;

    /// <summary>
    /// Every input of every length where all of them together have at most <paramref name="budget"/> positions; otherwise boundary
    /// inputs and as many samples, spread over the lengths, as fit. There is always an input of the maximum length.
    /// </summary>
    public static VerificationInputs For(int vocabulary, int maxLength, int budget) =>
        Positions(vocabulary, maxLength) <= budget
            ? new VerificationInputs(true, All(vocabulary, maxLength))
            : new VerificationInputs(false, Batched(Selected(vocabulary, maxLength, budget)));

    /// <summary>Σ length·vocabulary^length.</summary>
    private static double Positions(int vocabulary, int maxLength)
    {
        (double positions, double inputs) = (0, 1);
        for (int length = 1; length <= maxLength; length++) positions += length * (inputs *= vocabulary);
        return positions;
    }

    private static IEnumerable<VerificationBatch> All(int vocabulary, int maxLength)
    {
        for (int length = 1; length <= maxLength; length++)
        {
            List<int> ids = [];
            int[] input = new int[length];
            do
            {
                ids.AddRange(input);
                if (ids.Count < BatchPositions) continue;
                yield return new VerificationBatch(length, [.. ids]);
                ids.Clear();
            }
            while (Increment(input, vocabulary));
            if (ids.Count > 0) yield return new VerificationBatch(length, [.. ids]);
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

    private static IEnumerable<VerificationBatch> Batched(IEnumerable<int[]> inputs) =>
        from sameLength in inputs.GroupBy(i => i.Length)
        orderby sameLength.Key
        from batch in sameLength.Chunk(Math.Max(1, BatchPositions / sameLength.Key))
        select new VerificationBatch(sameLength.Key, [.. batch.SelectMany(i => i)]);

    /// <summary>
    /// Rounds over the lengths. Each gives a length one boundary input, another one every round until there
    /// are no more, and one sample. Above 64 lengths neighbours take turns.
    /// </summary>
    private static IEnumerable<int[]> Selected(int vocabulary, int maxLength, int budget)
    {
        Random random = new(Seed);
        int kinds = BoundaryKinds(vocabulary);
        int samples = Math.Max(1, budget / PositionsASample);
        long positions = 0;
        long pairs = 0;
        for (int round = 0; round < kinds || samples > 0; round++)
        {
            foreach ((int length, int place) in LengthsOf(round, maxLength).Select((l, place) => (l, place)))
            {
                if (round < kinds && Fits(length)) yield return Boundary((round + place) % kinds, length, vocabulary);
                if (samples-- > 0 && Fits(length)) yield return Sample(random, length, vocabulary, round);
            }

            if (positions >= budget || pairs >= budget * PairsAPosition) yield break;
        }

        // The first input fits whatever the budget is.
        bool Fits(int length)
        {
            bool fits = positions == 0 || (positions + length <= budget && pairs + ((long)length * length) <= budget * PairsAPosition);
            positions += length;
            pairs += (long)length * length;
            return fits;
        }
    }

    /// <summary>The maximum length, then one of each class of shorter ones.</summary>
    private static IEnumerable<int> LengthsOf(int round, int maxLength)
    {
        yield return maxLength;
        int shorter = maxLength - 1;
        int classes = Math.Min(shorter, LengthClasses);
        // In the order of their bits reversed: wherever a round is cut off, its lengths are spread.
        foreach (int c in Enumerable.Range(1, classes).OrderBy(ReversedBits))
        {
            (int low, int high) = ((int)((long)shorter * (c - 1) / classes), (int)((long)shorter * c / classes));
            yield return high - (round % (high - low));
        }
    }

    private static uint ReversedBits(int number)
    {
        uint reversed = 0;
        for (int bit = 0; bit < 32; bit++) reversed |= (uint)(number >> bit & 1) << (31 - bit);
        return reversed;
    }

    private static int BoundaryKinds(int vocabulary) => (4 * vocabulary) + 2;

    /// <summary>
    /// Of each token: it alone, it and the next in turn, it with the next at the start, it with the next at the end; then all tokens
    /// in turn (all distinct while they last), ascending and descending.
    /// </summary>
    private static int[] Boundary(int kind, int length, int vocabulary)
    {
        int token = kind / 4;
        int next = (token + 1) % vocabulary;
        int[] input = new int[length];
        for (int i = 0; i < length; i++)
        {
            input[i] = (token == vocabulary, kind % 4) switch
            {
                (true, 0) => i % vocabulary,
                (true, _) => vocabulary - 1 - (i % vocabulary),
                (_, 0) => token,
                (_, 1) => i % 2 == 0 ? token : next,
                (_, 2) => i == 0 ? next : token,
                _ => i == length - 1 ? next : token,
            };
        }

        return input;
    }

    /// <summary>Every other round from the whole vocabulary, else from two of its tokens, so that repetitions are frequent.</summary>
    private static int[] Sample(Random random, int length, int vocabulary, int round)
    {
        (int one, int other) = (random.Next(vocabulary), random.Next(vocabulary));
        int[] input = new int[length];
        for (int i = 0; i < length; i++)
        {
            int drawn = random.Next(vocabulary);
            input[i] = round % 2 == 0 ? drawn : drawn % 2 == 0 ? one : other;
        }

        return input;
    }
}
