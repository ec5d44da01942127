using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Runtime.Injection.Tasks;

/// <summary>
/// Is a bracket string in Shuffle-Dyck? Random strings alone would teach only "some bracket closes too early" (nearly all of
/// them do), so most negatives are balanced strings with a small defect.
/// </summary>
public static class ShuffleDyck
{
    private const int Shortest = 5;

    /// <param name="pairs">The kinds of brackets, such as "()" and "[]".</param>
    /// <param name="longest">The longest input trained on; out-of-distribution inputs are up to twice as long.</param>
    /// <param name="scale">Multiplies the number of inputs reported on; 1 gives about 260 a set.</param>
    public static InjectionTask Create(ImmutableArray<string> pairs, int longest = 30, double scale = 1)
    {
        BracketStrings strings = new(pairs);
        ImmutableArray<int> lengths = Range(Shortest, longest, 1);
        ImmutableArray<int> longer = Range(longest + 2, 2 * longest, 4);
        return new InjectionTask
        {
            Name = "shuffle-dyck",
            Suffix = ":",
            Answers = [new TaskAnswer(Value.True, "Y"), new TaskAnswer(Value.False, "N")],
            // Only even lengths hold positives, so they are drawn more often.
            Lengths = [.. lengths.SelectMany(n => Enumerable.Repeat(n, n % 2 == 0 ? 4 : 1))],
            Generate = Mixed,
            EvaluationSets =
            [
                new("balanced and random", true, Even(lengths), Count(20), Halves),
                new("hard negatives", true, lengths, Count(10), Mixed),
                new("balanced minus last", false, Odd(lengths), Count(20), strings.Truncated),
                new("2x length", false, longer, Count(32), Halves),
                new("2x length, hard negatives", false, longer, Count(32), Mixed),
                new("2x length, minus last", false, [.. longer.Select(n => n - 1)], Count(32), strings.Truncated),
            ],
        };

        string Halves(Random random, int length) =>
            random.Next(2) == 0 ? strings.Balanced(random, length) : strings.Random(random, length);

        string Mixed(Random random, int length)
        {
            int draw = random.Next(100);
            if (length % 2 == 0 && draw < 45) return strings.Balanced(random, length);
            return (length % 2 == 0 && draw < 60 ? 0 : random.Next(1, 8)) switch
            {
                0 or 1 => strings.ShuffledKind(random, length),
                2 or 3 => strings.Flipped(random, length),
                4 or 5 => strings.Dropped(random, length),
                6 => strings.Shuffled(random, length),
                _ => strings.Random(random, length),
            };
        }

        int Count(int perLength) => Math.Max(1, (int)(perLength * scale));
    }

    private static ImmutableArray<int> Range(int from, int to, int step)
    {
        ImmutableArray<int>.Builder lengths = ImmutableArray.CreateBuilder<int>();
        for (int n = from; n <= to; n += step) lengths.Add(n);
        return lengths.ToImmutable();
    }

    private static ImmutableArray<int> Even(ImmutableArray<int> lengths) => [.. lengths.Where(n => n % 2 == 0)];

    private static ImmutableArray<int> Odd(ImmutableArray<int> lengths) => [.. lengths.Where(n => n % 2 != 0)];
}
