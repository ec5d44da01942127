using System.Collections.Immutable;
using System.Numerics;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Predicates between a query and a key as bilinear scores: exactly 0 where they hold, at most −2·gap where not.</summary>
internal static class ScoreTerms
{
    /// <summary>Half of the bits of the penalty stand on either side, so that every feature is small enough for fp16.</summary>
    private const int Root = 16;

    public const int Penalty = Root * Root;

    /// <summary>Numbers below this, and their squares, fit the 8 bits of bf16.</summary>
    private const int SquaresLimit = 16;

    /// <summary>Equality in few features, however many the values; null where the plain predicate needs no more.</summary>
    public static ScoreTerm? Equality(OneHotView query, OneHotView key)
    {
        Value[] values = [.. query.Values.Concat(key.Values).OfType<Value>().Distinct().Order()];
        if (query.Variable is null || key.Variable is null) return null;
        bool squares = values.Length <= SquaresLimit && query.Variable is EmbeddingVariable && key.Variable is EmbeddingVariable;
        int bits = BitOperations.Log2((uint)Math.Max(values.Length - 1, 1)) + 1;
        int classes = Math.Min(query.Values.Distinct().Count(), key.Values.Distinct().Count());

        // Two bits or more, so that the constant alone keeps the beginning of sequence to itself.
        if (classes <= (squares ? 3 : Math.Max(bits, 2))) return null;
        Dictionary<Value, int> numbers = values.Select((value, number) => (value, number)).ToDictionary(v => v.value, v => v.number);
        return squares
            ? Term(n => [Root * n, Root, Root * n * n], n => [2 * Root * n, -Root * n * n, -Root], 0)
            : Term(n => Signs(n, bits, Root / 2), n => Signs(n, bits, Root), -Penalty / 2 * bits);

        ScoreTerm Term(Func<int, int[]> ofQuery, Func<int, int[]> ofKey, int constant) => new(
            query.Variable, [.. query.Values.Select(q => Features(ofQuery(Number(q))))],
            key.Variable, [.. key.Values.Select(k => Features(ofKey(Number(k))))],
            constant);

        int Number(Value? value) => value is Value v ? numbers[v] : 0;
        static ImmutableArray<Rational> Features(int[] features) => [.. features.Select(f => (Rational)f)];
    }

    /// <summary>
    /// The Gray code of a number, ±magnitude a bit. The values are numbered for an equality in one of two ways:
    /// <code>
    /// few, from the embedding:  key = query → −2·gap·(k − q)² = 2·gap·(q·2k − 1·k² − q²·1)
    /// otherwise, in bits ±1:    key = query → gap·(Σ_bits q·k − bits)
    /// </code>
    /// Neighbours in Gray code differ in one bit, so that an MLP changes one column a step.
    /// </summary>
    private static int[] Signs(int number, int bits, int magnitude)
    {
        int gray = number ^ (number >> 1);
        return [.. Enumerable.Range(0, bits).Select(b => ((gray >> b) & 1) == 1 ? magnitude : -magnitude)];
    }

    /// <summary>
    /// Any predicate, with a feature per group of queries that hold for the same keys, or of keys that hold for the same
    /// queries, whichever are fewer; groups for which it never holds need none.
    /// <code>
    /// P[q, k] → 2·gap·(Σ_g [q ∈ g]·P[g, k] − 1)
    /// </code>
    /// </summary>
    public static ScoreTerm Predicate(Variable? query, Variable? key, int queries, int keys, Func<int, int, bool> holds)
    {
        ImmutableArray<string> rows = [.. Enumerable.Range(0, queries).Select(q => Pattern(keys, k => holds(q, k)))];
        ImmutableArray<string> columns = [.. Enumerable.Range(0, keys).Select(k => Pattern(queries, q => holds(q, k)))];
        ImmutableArray<string> rowGroups = Groups(rows);
        ImmutableArray<string> columnGroups = Groups(columns);
        return rowGroups.Length <= columnGroups.Length
            ? new ScoreTerm(
                query, [.. rows.Select(r => Membership(r, rowGroups))],
                key, [.. Enumerable.Range(0, keys).Select(k => rowGroups.Select(g => g[k] == '1' ? (Rational)Penalty : Rational.Zero).ToImmutableArray())],
                -Penalty)
            : new ScoreTerm(
                query, [.. Enumerable.Range(0, queries).Select(q => columnGroups.Select(g => g[q] == '1' ? (Rational)Penalty : Rational.Zero).ToImmutableArray())],
                key, [.. columns.Select(c => Membership(c, columnGroups))],
                -Penalty);
    }

    /// <summary>The same score for every pair.</summary>
    public static ScoreTerm Constant(int score) => new(null, [[]], null, [[]], score);

    /// <summary>
    /// The later of two keys scores higher by a gap, and the first, at 0, higher than the beginning, so that the last visible
    /// key alone has a weight.
    /// </summary>
    public static ScoreTerm Latest(OneHotView positions) => new(
        null, [[Rational.One]],
        positions.Variable, [.. positions.Values.Select(p => ImmutableArray.Create((p?.Number ?? Rational.Zero) * SinglePrecision.ZeroWeightGap))],
        0);

    /// <summary>A score of 0 where a whole number that keys hold is 1, higher where it is more, and −2·gap where it is 0.</summary>
    public static IEnumerable<ScoreTerm> Excess(LinearForm number)
    {
        yield return Constant((int)(Penalty * (number.Constant - Rational.One)).Numerator);
        foreach (LinearTerm term in number.Terms)
            yield return new ScoreTerm(null, [[Rational.One]], term.Variable, [.. term.Weights.Select(w => ImmutableArray.Create(w * Penalty))], 0);
    }

    /// <summary>
    /// Scores the beginning such that one selected key has a weight of 1/count: ln(count − 1), as a part on a grid of 1/256 and the rest on
    /// one of 2⁻²⁴. A count of 1 leaves the beginning no weight.
    /// </summary>
    public static ScoreTerm Share(OneHotView counts) => new(
        counts.Variable, [.. counts.Values.Select(c => Share(c?.Number.ToDouble() ?? 1))],
        null, [[Rational.One, Rational.One]],
        0)
    {
        ScoresBeginning = true,
    };

    private static ImmutableArray<Rational> Share(double count)
    {
        if (count <= 1) return [-Penalty, Rational.Zero];
        double score = PortableExponential.Logarithm(count - 1);
        double part = Math.Round(score * 256) / 256;
        return [Rational.FromDouble(part), Rational.FromDouble(Math.Round((score - part) * (1 << 24)) / (1 << 24))];
    }

    private static string Pattern(int length, Func<int, bool> holds) =>
        string.Create(length, holds, (chars, h) =>
        {
            for (int i = 0; i < chars.Length; i++) chars[i] = h(i) ? '1' : '0';
        });

    private static ImmutableArray<string> Groups(ImmutableArray<string> patterns) =>
        [.. patterns.Distinct().Where(p => p.Contains('1', StringComparison.Ordinal))];

    private static ImmutableArray<Rational> Membership(string pattern, ImmutableArray<string> groups) =>
        [.. groups.Select(g => g == pattern ? Rational.One : Rational.Zero)];
}
