using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Predicates between a query and a key as bilinear scores: exactly 0 where they hold, at most −2·gap where not.</summary>
internal static class ScoreTerms
{
    private static readonly double Penalty = 2.0 * SinglePrecision.ZeroWeightGap;

    /// <summary>
    /// Equality of whole numbers in three features, whatever their number.
    /// <code>
    /// key = query → −2·gap·(k − q)² = 2·gap·(q·2k − 1·k² − q²·1)
    /// </code>
    /// Null where a value is not whole, the plain predicate needs no more features, or a product passes the exact integers.
    /// </summary>
    public static ScoreTerm? IntegerEquality(OneHotView query, OneHotView key)
    {
        if (query.Variable is null || key.Variable is null) return null;
        if (!query.Values.Concat(key.Values).All(v => v is { Kind: ValueKind.Number } n && n.Number.IsInteger)) return null;
        double largest = query.Values.Concat(key.Values).Max(v => Math.Abs(Number(v)));
        int classes = Math.Min(query.Values.Distinct().Count(), key.Values.Distinct().Count());
        if (classes <= 3 || 4 * Penalty * largest * largest > SinglePrecision.ExactIntegers) return null;
        return new ScoreTerm(
            query.Variable,
            [.. query.Values.Select(Number).Select(q => ImmutableArray.Create(q, 1, q * q))],
            key.Variable,
            [.. key.Values.Select(Number).Select(k => ImmutableArray.Create(2 * Penalty * k, -Penalty * k * k, -Penalty))],
            0);
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
                query, [.. rows.Select(r => Membership(r, rowGroups, 1))],
                key, [.. Enumerable.Range(0, keys).Select(k => rowGroups.Select(g => g[k] == '1' ? Penalty : 0).ToImmutableArray())],
                -Penalty)
            : new ScoreTerm(
                query, [.. Enumerable.Range(0, queries).Select(q => columnGroups.Select(g => g[q] == '1' ? 1.0 : 0).ToImmutableArray())],
                key, [.. columns.Select(c => Membership(c, columnGroups, Penalty))],
                -Penalty);
    }

    private static double Number(Value? value) => value is Value v ? v.Number.ToDouble() : 0;

    private static string Pattern(int length, Func<int, bool> holds) =>
        string.Create(length, holds, (chars, h) =>
        {
            for (int i = 0; i < chars.Length; i++) chars[i] = h(i) ? '1' : '0';
        });

    private static ImmutableArray<string> Groups(ImmutableArray<string> patterns) =>
        [.. patterns.Distinct().Where(p => p.Contains('1', StringComparison.Ordinal))];

    private static ImmutableArray<double> Membership(string pattern, ImmutableArray<string> groups, double weight) =>
        [.. groups.Select(g => g == pattern ? weight : 0)];
}
