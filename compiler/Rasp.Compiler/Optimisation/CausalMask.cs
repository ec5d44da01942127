using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Optimisation;

/// <summary>
/// A program whose selectors never select a key behind the query means the same with a causal mask, under which comparing
/// positions costs nothing.
/// <code>
/// select(indices, indices, &lt;=) and s → s, under attention to what came before
/// </code>
/// </summary>
internal static class CausalMask
{
    public static bool Applies(IEnumerable<SOp> exports, DomainAnalysis domains)
    {
        Selector[] aggregated = [.. ProgramGraph.Reachable(exports).Select(SelectorOf).OfType<Selector>().Distinct()];
        return aggregated.Length > 0 && aggregated.All(s => SeesOnlyBefore(s, domains));
    }

    private static Selector? SelectorOf(object node) => node switch
    {
        AggregateSOp a => a.Selector,
        SelectorWidthSOp w => w.Selector,
        _ => null,
    };

    private static bool SeesOnlyBefore(Selector selector, DomainAnalysis domains) => selector switch
    {
        AndSelector a => SeesOnlyBefore(a.Left, domains) || SeesOnlyBefore(a.Right, domains),
        OrSelector o => SeesOnlyBefore(o.Left, domains) && SeesOnlyBefore(o.Right, domains),
        SelectSelector s => IsPositional(s.Key) && IsPositional(s.Query)
            && domains.IsFunctionOfPosition(s.Key, out ImmutableArray<Value> keys) && domains.IsFunctionOfPosition(s.Query, out ImmutableArray<Value> queries)
            && SeesOnlyBefore(s.Comparison, keys, queries),
        _ => false,
    };

    private static bool SeesOnlyBefore(Comparison comparison, ImmutableArray<Value> keys, ImmutableArray<Value> queries)
    {
        for (int q = 0; q < queries.Length; q++)
            for (int k = q + 1; k < keys.Length; k++)
                if (SelectorAnalysis.Compare(comparison, keys[k], queries[q])) return false;
        return true;
    }

    /// <summary>Whether the s-op is computed from positions and constants alone, so that its domains cost nothing.</summary>
    private static bool IsPositional(SOp sop) => sop switch
    {
        IndicesSOp or ConstantSOp => true,
        ElementwiseSOp e => e.Operands.All(IsPositional),
        _ => false,
    };
}
