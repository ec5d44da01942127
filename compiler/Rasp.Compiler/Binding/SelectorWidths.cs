using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary>
/// How many positions a selector selects, as far as it follows from the program: with at most one an aggregate moves a
/// value and makes no mean.
/// </summary>
internal static class SelectorWidths
{
    // Shared parts of a grown expression would be visited once for each way to them.
    private const int MaxNodes = 1000;

    // Long enough that what selects several positions for want of a condition does so.
    private const int SampleLength = 5;

    // Larger selectors are left to the run.
    private const int LargestSample = 200;

    /// <summary>
    /// Whether some position selects several in every input of <see cref="SampleLength"/> tokens, seen whole or causally:
    /// only a selector that does not read the tokens can be known to.
    /// </summary>
    public static bool IsSeveral(Selector selector, GraphBuilder graph)
    {
        if (!IsSmallAndWithoutTokens(selector)) return false;
        SOp width = graph.SelectorWidth(selector, selector.Span);
        ImmutableArray<Value> input = [.. Enumerable.Repeat((Value)"x", SampleLength)];
        return IsSeveralOn(causal: false) && IsSeveralOn(causal: true);

        bool IsSeveralOn(bool causal)
        {
            Evaluation run = new Interpreter(causal).Evaluate(input, [width]);
            return run.Error is null && run.Values[width].Any(v => v > 1);
        }
    }

    private static bool IsSmallAndWithoutTokens(Selector selector)
    {
        HashSet<object> read = [selector];
        Stack<object> open = new(read);
        while (open.TryPop(out object? node))
        {
            if (node is TokensSOp || read.Count > LargestSample) return false;
            foreach (object operand in ProgramGraph.Operands(node))
            {
                if (read.Add(operand)) open.Push(operand);
            }
        }

        return true;
    }

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
