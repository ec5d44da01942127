using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Predicates between a query and a key as bilinear scores: exactly 0 where they hold, at most −2·gap where not.</summary>
internal static class ScoreTerms
{
    /// <summary>Half of the bits of the penalty stand on either side, so that every feature is small enough for fp16.</summary>
    private const int Root = 16;

    public const int Penalty = Root * Root;

    /// <summary>
    /// Equality in few features, however many the values: they are numbered, and the digits of the numbers compared.
    /// <code>
    /// key = query → −2·gap·Σ_digits (k − q)² = 2·gap·Σ_digits (q·2k − 1·k² − q²·1)
    /// </code>
    /// Digits below 16 keep every feature within the 8 bits of bf16. Null where the plain predicate needs no more features.
    /// </summary>
    public static ScoreTerm? Equality(OneHotView query, OneHotView key)
    {
        Value[] values = [.. query.Values.Concat(key.Values).OfType<Value>().Distinct().Order()];
        Dictionary<Value, int> numbers = values.Select((value, number) => (value, number)).ToDictionary(v => v.value, v => v.number);
        Digits digits = Digits.For(values.Length, largestBase: 16);
        int classes = Math.Min(query.Values.Distinct().Count(), key.Values.Distinct().Count());
        if (query.Variable is null || key.Variable is null || classes <= 3 * digits.Count) return null;
        return new ScoreTerm(
            query.Variable,
            [.. query.Values.Select(q => digits.Of(Number(q)).SelectMany(d => Features(Root * d, Root, Root * d * d)).ToImmutableArray())],
            key.Variable,
            [.. key.Values.Select(k => digits.Of(Number(k)).SelectMany(d => Features(2 * Root * d, -Root * d * d, -Root)).ToImmutableArray())],
            0);

        int Number(Value? value) => value is Value v ? numbers[v] : 0;
        static Rational[] Features(int linear, int constant, int square) => [linear, constant, square];
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
    /// The later of two keys scores higher by a gap, and the first higher than the beginning's 0, so that the last visible
    /// key alone has a weight.
    /// </summary>
    public static ScoreTerm Latest(OneHotView positions) => new(
        null, [[Rational.One]],
        positions.Variable, [.. positions.Values.Select(p => ImmutableArray.Create(((p?.Number ?? Rational.Zero) + Rational.One) * SinglePrecision.ZeroWeightGap))],
        0);

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
