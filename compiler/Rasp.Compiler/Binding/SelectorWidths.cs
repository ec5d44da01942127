using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Binding;

/// <summary>Which selectors select at most one position, by their shape: then an aggregate moves a value and makes no mean.</summary>
internal static class SelectorWidths
{
    public static bool IsAtMostOne(Selector selector) => selector switch
    {
        SelectSelector { Comparison: Comparison.Equal } s => IsInjective(s.Key),
        AndSelector s => IsAtMostOne(s.Left) || IsAtMostOne(s.Right),
        _ => false,
    };

    /// <summary>Whether the s-op has a different value at every position: indices, moved or mirrored, or a rank.</summary>
    private static bool IsInjective(SOp sop) => sop switch
    {
        IndicesSOp => true,
        SelectorWidthSOp width => IsTotalOrder(width.Selector),
        ElementwiseSOp { Operator: ElementwiseOperator.Negate } e => IsInjective(e.Operands[0]),
        ElementwiseSOp { Operator: ElementwiseOperator.Add or ElementwiseOperator.Subtract } e =>
            (IsInjective(e.Operands[0]) && e.Operands[1] is ConstantSOp) || (e.Operands[0] is ConstantSOp && IsInjective(e.Operands[1])),
        _ => false,
    };

    /// <summary>The library's strict order with ties broken by position: <c>key &lt; key or (key == key and indices &lt; indices)</c>.</summary>
    private static bool IsTotalOrder(Selector selector) =>
        selector is OrSelector { Left: SelectSelector { Comparison: Comparison.Less } before, Right: AndSelector tie } &&
        tie.Left is SelectSelector { Comparison: Comparison.Equal } equal &&
        tie.Right is SelectSelector { Comparison: Comparison.Less, Key: IndicesSOp, Query: IndicesSOp } &&
        before.Key == before.Query && equal.Key == before.Key && equal.Query == before.Key;
}
