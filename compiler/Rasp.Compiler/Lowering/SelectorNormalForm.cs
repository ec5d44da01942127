using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Lowering;

/// <summary>Selectors without <c>not</c>, and widths without <c>or</c>.</summary>
internal sealed class SelectorNormalForm(GraphBuilder graph, SelectorAnalysis analysis)
{
    /// <summary>
    /// Pushes negations down to the comparisons.
    /// <code>
    /// not (a and b) → not a or not b        not select(k, q, &lt;) → select(k, q, &gt;=)
    /// </code>
    /// </summary>
    public Selector WithoutNot(Selector selector, bool negated = false) => selector switch
    {
        SelectSelector s when !negated => s,
        SelectSelector s => graph.Select(s.Key, s.Query, Opposite(s.Comparison), s.Span),
        NotSelector n => WithoutNot(n.Operand, !negated),
        AndSelector a => Join(!negated, WithoutNot(a.Left, negated), WithoutNot(a.Right, negated), a),
        OrSelector o => Join(negated, WithoutNot(o.Left, negated), WithoutNot(o.Right, negated), o),
        _ => throw new ArgumentOutOfRangeException(nameof(selector)),
    };

    /// <summary>
    /// The widths that add up to the width of an <c>or</c> (a single one for any other selector).
    /// <code>
    /// width(a or b) → width(a) + width(b) − width(a and b)        the last only where both can hold at once
    /// </code>
    /// </summary>
    public ImmutableArray<(int Sign, SelectorWidthSOp Width)> WidthParts(SelectorWidthSOp width)
    {
        if (WithoutNot(width.Selector) is not OrSelector or) return [(1, width)];
        List<(int, SelectorWidthSOp)> parts = [(1, Width(or.Left, width)), (1, Width(or.Right, width))];
        if (!Exclude(or.Left, or.Right)) parts.Add((-1, Width(graph.And(or.Left, or.Right, or.Span), width)));
        return [.. parts];
    }

    private SelectorWidthSOp Width(Selector selector, SelectorWidthSOp whole) => (SelectorWidthSOp)graph.SelectorWidth(selector, whole.Span);

    private Selector Join(bool and, Selector left, Selector right, Selector origin) =>
        and ? graph.And(left, right, origin.Span) : graph.Or(left, right, origin.Span);

    /// <summary>Whether two selectors never select the same key: by their domains, or because they compare the same things to opposite ends.</summary>
    private bool Exclude(Selector a, Selector b) =>
        Conjuncts(a).Any(x => Conjuncts(b).Any(y =>
            x is SelectSelector s && y is SelectSelector t && s.Key == t.Key && s.Query == t.Query && Exclude(s.Comparison, t.Comparison)))
        || analysis.Everywhere(graph.And(a, b, a.Span)) == Selection.Never;

    private static IEnumerable<Selector> Conjuncts(Selector selector) =>
        selector is AndSelector a ? Conjuncts(a.Left).Concat(Conjuncts(a.Right)) : [selector];

    private static bool Exclude(Comparison a, Comparison b) => (Outcomes(a) & Outcomes(b)) == 0;

    /// <summary>Which of less (1), equal (2) and greater (4) satisfy the comparison.</summary>
    private static int Outcomes(Comparison comparison) => comparison switch
    {
        Comparison.Less => 1,
        Comparison.Equal => 2,
        Comparison.LessOrEqual => 3,
        Comparison.Greater => 4,
        Comparison.NotEqual => 5,
        _ => 6,
    };

    private static Comparison Opposite(Comparison comparison) => comparison switch
    {
        Comparison.Equal => Comparison.NotEqual,
        Comparison.NotEqual => Comparison.Equal,
        Comparison.Less => Comparison.GreaterOrEqual,
        Comparison.GreaterOrEqual => Comparison.Less,
        Comparison.Greater => Comparison.LessOrEqual,
        _ => Comparison.Greater,
    };
}
