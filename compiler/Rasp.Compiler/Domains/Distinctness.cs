using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>
/// Which s-ops hold a different value at every position that is seen: the position, what single values say, and, seen
/// from the whole input, the rank in a total order (its width counts the positions that come before).
/// </summary>
internal sealed class Distinctness(DomainAnalysis domains)
{
    private readonly Dictionary<SOp, bool> byValue = [];

    /// <summary>Whether no two keys that a query sees hold the same value.</summary>
    public bool AllDiffer(SOp sop) => ByForm(sop) || ByValue(sop);

    /// <summary>Whether every value that <paramref name="query"/> can hold stands at a key that it sees, for every input.</summary>
    public bool FindsEvery(SOp key, SOp query) => (IsPermutation(key) && IsPosition(query)) || FindsEveryByValue(key, query);

    private bool ByForm(SOp sop) => sop switch
    {
        IndicesSOp => true,
        SelectorWidthSOp w => !domains.Space.Causal && IsTotalOrder(w.Selector),
        ElementwiseSOp { Operator: ElementwiseOperator.Negate } e => ByForm(e.Operands[0]),
        ElementwiseSOp { Operator: ElementwiseOperator.Add or ElementwiseOperator.Subtract, IsNumeric: true } e =>
            (e.Operands[0] is ConstantSOp && ByForm(e.Operands[1])) || (e.Operands[1] is ConstantSOp && ByForm(e.Operands[0])),
        _ => false,
    };

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

    /// <summary>Whether the s-op has one value in each context, and another one at each key that a query sees.</summary>
    private bool ByValue(SOp sop)
    {
        if (byValue.TryGetValue(sop, out bool known)) return known;
        SOpDomain domain = domains.Analyse(sop);
        known = domain.LargestSet == 1 && domain.Sets.All(s => s.Count == 1);
        VisibleValues seen = new(domain, domains.Space);
        for (int c = 0; known && c < domains.Space.Count; c++) known = seen.At(c).Count == domains.Space.VisibleKeys(c);
        byValue.Add(sop, known);
        return known;
    }

    private bool FindsEveryByValue(SOp key, SOp query)
    {
        SOpDomain queries = domains.Analyse(query);
        VisibleValues seen = new(domains.Analyse(key), domains.Space);
        (int visible, int found) = (0, -1);
        for (int c = 0; c < domains.Space.Count; c++)
        {
            HashSet<Value> keys = seen.At(c);
            if (domains.Space.VisibleKeys(c) == visible && queries.Number(c) == found) continue;
            if (queries[c].Values.Any(v => !keys.Contains(v))) return false;
            (visible, found) = (domains.Space.VisibleKeys(c), queries.Number(c));
        }

        return true;
    }

    /// <summary>Whether the visible keys hold the numbers of their positions in some order: all differ, and none is another number.</summary>
    private bool IsPermutation(SOp sop) => sop is IndicesSOp || (!domains.Space.Causal && AllDiffer(sop) && IsPosition(sop));

    /// <summary>Whether the s-op only holds numbers of positions that it sees.</summary>
    private bool IsPosition(SOp sop)
    {
        SOpDomain domain = domains.Analyse(sop);
        if (!domain.Sets.All(s => s.Values.All(v => v.Kind == ValueKind.Number && v.Number.IsInteger && v.Number.Sign >= 0))) return false;
        for (int c = 0; c < domains.Space.Count; c++)
            if (domain[c] is { Count: > 0 } set && set.Values[^1].Number >= domains.Space.VisibleKeys(c)) return false;
        return true;
    }

    /// <summary>The values that certainly stand at some key a query sees: those of keys with one value. Contexts must be asked for in order.</summary>
    private sealed class VisibleValues(SOpDomain keys, ContextSpace space)
    {
        private readonly HashSet<Value> values = [];
        private int first = -1;
        private int count;

        public HashSet<Value> At(int context)
        {
            if (space.Key(context, 0) != first)
            {
                values.Clear();
                (first, count) = (space.Key(context, 0), 0);
            }

            for (; count < space.VisibleKeys(context); count++)
                if (keys[first + count] is { Count: 1 } single) values.Add(single.Values[0]);
            return values;
        }
    }
}
