using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>Whether a key is selected: for no input, for some, or for every input.</summary>
internal enum Selection
{
    Never,
    Sometimes,
    Always,
}

/// <summary>What can be said of selectors from the domains of their keys and queries.</summary>
internal sealed class SelectorAnalysis(DomainAnalysis domains)
{
    private readonly Dictionary<(Comparison, int Key, int Query), Selection> comparisons = [];

    /// <summary>Whether the key at <paramref name="keyContext"/> is selected for the query at <paramref name="queryContext"/>.</summary>
    public Selection Of(Selector selector, int queryContext, int keyContext) => selector switch
    {
        SelectSelector s => OfSelect(s, queryContext, keyContext),
        NotSelector n => Selection.Always - (int)Of(n.Operand, queryContext, keyContext),
        AndSelector a => Min(Of(a.Left, queryContext, keyContext), Of(a.Right, queryContext, keyContext)),
        OrSelector o => Max(Of(o.Left, queryContext, keyContext), Of(o.Right, queryContext, keyContext)),
        _ => throw new ArgumentOutOfRangeException(nameof(selector)),
    };

    /// <summary>The one status of the selector over all visible pairs, or Sometimes.</summary>
    public Selection Everywhere(Selector selector)
    {
        Selection? all = null;
        ContextSpace space = domains.Space;
        for (int q = 0; q < space.Count; q++)
        {
            for (int k = 0; k < space.VisibleKeys(q); k++)
            {
                Selection one = Of(selector, q, space.Key(q, k));
                if (one == Selection.Sometimes || (all is not null && all != one)) return Selection.Sometimes;
                all = one;
            }
        }

        return all ?? Selection.Never;
    }

    /// <summary>Whether no query ever selects two keys, because the keys that are compared for equality all differ.</summary>
    public bool SelectsAtMostOne(Selector selector) => selector switch
    {
        SelectSelector { Comparison: Comparison.Equal } s => AllDiffer(s.Key),
        AndSelector a => SelectsAtMostOne(a.Left) || SelectsAtMostOne(a.Right),
        _ => false,
    };

    /// <summary>Whether some key is selected for every query of every input.</summary>
    public bool IsNeverEmpty(Selector selector)
    {
        if (selector is OrSelector or && (IsNeverEmpty(or.Left) || IsNeverEmpty(or.Right))) return true;
        if (selector is SelectSelector { Comparison: Comparison.Equal } lookup && IsPermutation(lookup.Key) && IsPosition(lookup.Query)) return true;
        return Enumerable.Range(0, domains.Space.Count).All(q =>
            HasAlways(selector, q) || (selector is SelectSelector s && AnswersEveryQuery(s, q)));
    }

    /// <summary>The most keys that a query of an input of at most <paramref name="maxLength"/> tokens can select.</summary>
    public int LargestWidth(Selector selector, int maxLength)
    {
        ContextSpace space = domains.Space;
        int largest = 0;
        for (int q = 0; q < space.CountUpTo(maxLength); q++)
            largest = Math.Max(largest, Enumerable.Range(0, space.VisibleKeys(q)).Count(k => Of(selector, q, space.Key(q, k)) != Selection.Never));
        return SelectsAtMostOne(selector) ? Math.Min(1, largest) : largest;
    }

    public static bool Compare(Comparison comparison, Value key, Value query) => comparison switch
    {
        Comparison.Equal => key == query,
        Comparison.NotEqual => key != query,
        Comparison.Less => key < query,
        Comparison.LessOrEqual => key <= query,
        Comparison.Greater => key > query,
        _ => key >= query,
    };

    /// <summary>
    /// Whether an s-op holds a different value at every position of every input: the position, or, seen from the whole
    /// input, the rank in a total order (its width counts the positions that come before).
    /// </summary>
    private bool AllDiffer(SOp sop) => sop switch
    {
        IndicesSOp => true,
        SelectorWidthSOp w => !domains.Space.Causal && IsTotalOrder(w.Selector),
        ElementwiseSOp { Operator: ElementwiseOperator.Negate } e => AllDiffer(e.Operands[0]),
        ElementwiseSOp { Operator: ElementwiseOperator.Add or ElementwiseOperator.Subtract } e =>
            (e.Operands[0] is ConstantSOp && AllDiffer(e.Operands[1])) || (e.Operands[1] is ConstantSOp && AllDiffer(e.Operands[0])),
        _ => false,
    };

    private bool HasAlways(Selector selector, int queryContext) =>
        Enumerable.Range(0, domains.Space.VisibleKeys(queryContext))
            .Any(k => Of(selector, queryContext, domains.Space.Key(queryContext, k)) == Selection.Always);

    /// <summary>Whether each value that the query can hold finds a key that answers it whatever that key holds.</summary>
    private bool AnswersEveryQuery(SelectSelector s, int queryContext) =>
        domains.Of(s.Query, queryContext).Values.All(query =>
            Enumerable.Range(0, domains.Space.VisibleKeys(queryContext)).Any(k =>
                domains.Of(s.Key, domains.Space.Key(queryContext, k)).Values is { IsEmpty: false } keys
                && keys.All(key => Compare(s.Comparison, key, query))));

    /// <summary>Whether the visible keys hold the numbers of their positions in some order: all differ, and none is another number.</summary>
    private bool IsPermutation(SOp sop) => sop is IndicesSOp || (!domains.Space.Causal && AllDiffer(sop) && IsPosition(sop));

    /// <summary>Whether the s-op only holds numbers of positions that it sees.</summary>
    private bool IsPosition(SOp sop) => Enumerable.Range(0, domains.Space.Count).All(c =>
        domains.Of(sop, c).Values.All(v => v.Kind == ValueKind.Number && v.Number.IsInteger && v.Number.Sign >= 0 && v.Number < domains.Space.VisibleKeys(c)));

    /// <summary>key ≺ query, ties broken by something that always differs: a strict total order on the positions.</summary>
    private bool IsTotalOrder(Selector selector) => selector switch
    {
        SelectSelector s => IsStrictOrder(s) && AllDiffer(s.Key),
        OrSelector { Left: SelectSelector order, Right: AndSelector tie } => IsStrictOrder(order) && BreaksTies(tie, order.Key),
        OrSelector { Right: SelectSelector order, Left: AndSelector tie } => IsStrictOrder(order) && BreaksTies(tie, order.Key),
        _ => false,
    };

    private bool BreaksTies(AndSelector tie, SOp key)
    {
        bool Ties(Selector s) => s is SelectSelector { Comparison: Comparison.Equal } e && e.Key == key && e.Query == key;
        return (Ties(tie.Left) && IsTotalOrder(tie.Right)) || (Ties(tie.Right) && IsTotalOrder(tie.Left));
    }

    private static bool IsStrictOrder(SelectSelector s) =>
        s.Key == s.Query && (s.Comparison is Comparison.Less or Comparison.Greater);

    private Selection OfSelect(SelectSelector s, int queryContext, int keyContext)
    {
        // A position compared with itself under the same s-op holds one value, not two.
        if (s.Key == s.Query && queryContext == keyContext)
            return s.Comparison is Comparison.Equal or Comparison.LessOrEqual or Comparison.GreaterOrEqual ? Selection.Always : Selection.Never;
        ValueSet keys = domains.Of(s.Key, keyContext);
        ValueSet queries = domains.Of(s.Query, queryContext);
        var at = (s.Comparison, keys.Id, queries.Id);
        if (comparisons.TryGetValue(at, out Selection known)) return known;
        bool some = false;
        bool every = true;
        foreach (Value key in keys.Values)
        {
            foreach (Value query in queries.Values)
            {
                bool selected = Compare(s.Comparison, key, query);
                some |= selected;
                every &= selected;
            }
        }

        Selection selection = every ? Selection.Always : some ? Selection.Sometimes : Selection.Never;
        comparisons.Add(at, selection);
        return selection;
    }

    private static Selection Min(Selection a, Selection b) => a < b ? a : b;

    private static Selection Max(Selection a, Selection b) => a > b ? a : b;
}
