using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Binding;

/// <summary>Which selectors select at most one position, by their shape: then an aggregate moves a value and makes no mean.</summary>
internal static class SelectorWidths
{
    // Shared parts of a grown expression would be visited once for each way to them.
    private const int MaxNodes = 1000;

    public static bool IsAtMostOne(Selector selector)
    {
        int nodes = 0;
        return IsAtMostOne(selector, ref nodes);
    }

    private static bool IsAtMostOne(Selector selector, ref int nodes) => ++nodes <= MaxNodes && selector switch
    {
        SelectSelector { Comparison: Comparison.Equal } s => IsInjective(s.Key, ref nodes),
        AndSelector s => IsAtMostOne(s.Left, ref nodes) || IsAtMostOne(s.Right, ref nodes),
        _ => false,
    };

    /// <summary>Whether the s-op has a different value at every position: indices, moved or mirrored, or a rank.</summary>
    private static bool IsInjective(SOp sop, ref int nodes) => ++nodes <= MaxNodes && sop switch
    {
        IndicesSOp => true,
        SelectorWidthSOp width => IsTotalOrder(width.Selector),
        ElementwiseSOp { Operator: ElementwiseOperator.Negate } e => IsInjective(e.Operands[0], ref nodes),
        ElementwiseSOp { Operator: ElementwiseOperator.Add or ElementwiseOperator.Subtract } e =>
            (e.Operands[1] is ConstantSOp && IsInjective(e.Operands[0], ref nodes)) ||
            (e.Operands[0] is ConstantSOp && IsInjective(e.Operands[1], ref nodes)),
        _ => false,
    };

    /// <summary>The library's strict order with ties broken by position: <c>key &lt; key or (key == key and indices &lt; indices)</c>.</summary>
    private static bool IsTotalOrder(Selector selector) =>
        selector is OrSelector { Left: SelectSelector { Comparison: Comparison.Less } before, Right: AndSelector tie } &&
        tie.Left is SelectSelector { Comparison: Comparison.Equal } equal &&
        tie.Right is SelectSelector { Comparison: Comparison.Less, Key: IndicesSOp, Query: IndicesSOp } &&
        before.Key == before.Query && equal.Key == before.Key && equal.Query == before.Key;
}
