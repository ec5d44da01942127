using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Binding;

/// <summary>
/// Types of the elementwise operators, and their nodes: constants are folded and trivial identities removed. Every
/// method returns null after it has reported that the operation is not possible.
/// </summary>
internal sealed class ElementwiseBinder(GraphBuilder graph, DiagnosticBag diagnostics)
{
    public SOp? Apply(ElementwiseOperator op, string symbol, SOp left, SOp right, SourceSpan span)
    {
        switch (op)
        {
            case ElementwiseOperator.And or ElementwiseOperator.Or:
                return Logical(op, AsBool(left, span), AsBool(right, span), span);
            case ElementwiseOperator.Equal or ElementwiseOperator.NotEqual or ElementwiseOperator.Less
                or ElementwiseOperator.LessOrEqual or ElementwiseOperator.Greater or ElementwiseOperator.GreaterOrEqual:
                return Compare(op, left, right, span);
            case ElementwiseOperator.Add when left.Type == SOpType.String && right.Type == SOpType.String:
                return Node(op, SOpType.String, span, left, right);
        }

        if (!left.IsNumeric || !right.IsNumeric)
        {
            diagnostics.OperandTypes(span, symbol, Describe(left), Describe(right), Advice(left, right));
            return null;
        }

        return Identity(op, left, right) ?? Node(op, ArithmeticType(op, left, right), span, left, right);
    }

    public SOp Not(SOp operand, SourceSpan span)
    {
        SOp condition = AsBool(operand, span);
        return condition is ElementwiseSOp { Operator: ElementwiseOperator.Not } inner
            ? inner.Operands[0]
            : Node(ElementwiseOperator.Not, SOpType.Bool, span, condition);
    }

    public SOp? Negate(SOp operand, SourceSpan span) =>
        Numeric(operand, "-", span) is { } number ? Node(ElementwiseOperator.Negate, number.Type, span, number) : null;

    public SOp? Plus(SOp operand, SourceSpan span) => Numeric(operand, "+", span);

    public SOp? Round(SOp operand, SourceSpan span)
    {
        if (Numeric(operand, "round", span) is not { } number) return null;
        return number.Type == SOpType.Int ? number : Node(ElementwiseOperator.Round, SOpType.Int, span, number);
    }

    public SOp Indicator(SOp operand, SourceSpan span) =>
        Node(ElementwiseOperator.Indicator, SOpType.Int, span, AsBool(operand, span));

    public SOp? Conditional(SOp condition, SOp whenTrue, SOp whenFalse, SourceSpan span)
    {
        if (CommonType(whenTrue.Type, whenFalse.Type) is not { } type)
        {
            diagnostics.BranchTypes(span, Describe(whenTrue), Describe(whenFalse));
            return null;
        }

        SOp test = AsBool(condition, span);
        if (ReferenceEquals(whenTrue, whenFalse)) return whenTrue;
        return Node(ElementwiseOperator.Conditional, type, span, test, whenTrue, whenFalse);
    }

    public SOp Lookup(SOp key, LookupTable table, SOpType type, SourceSpan span)
    {
        if (key is ConstantSOp constant)
        {
            if (table.Entries.TryGetValue(constant.Value, out Value found)) return graph.Constant(found, type, span);
            if (table.Otherwise is { } otherwise) return graph.Constant(otherwise, type, span);
        }

        // Of a key that is always missing as well: a conditional may never choose it.
        return graph.Elementwise(ElementwiseOperator.Lookup, type, span, [key], table);
    }

    /// <summary>An operation on atoms gives an atom, on s-ops an s-op; null (reported before) is unknown.</summary>
    public CompileTimeValue ToValue(SOp? result, SourceSpan span, params ReadOnlySpan<CompileTimeValue> operands)
    {
        if (result is null) return new UnknownValue();
        foreach (CompileTimeValue operand in operands)
        {
            if (operand is not AtomValue) return new SOpValue(result);
        }

        if (result is ConstantSOp constant) return new AtomValue(constant.Value, constant.Type);
        if (result is not ElementwiseSOp elementwise || TryEvaluate(elementwise, out _, out string error)) return new SOpValue(result);
        diagnostics.CannotEvaluate(span, error);
        return new UnknownValue();
    }

    /// <summary>The one type that holds both, or null.</summary>
    public static SOpType? CommonType(SOpType a, SOpType b)
    {
        if (a == b) return a;
        return IsNumeric(a) && IsNumeric(b) ? SOpType.Float : null;
    }

    public static string Describe(SOp sop) =>
        TypeNames.WithArticle(sop.Type) + (sop is ConstantSOp ? string.Empty : " s-op");

    /// <summary>How operands of these types become numbers.</summary>
    public static string Advice(params ReadOnlySpan<SOp> operands)
    {
        foreach (SOp operand in operands)
        {
            if (operand.Type == SOpType.Bool) return "make a number of a bool with indicator";
        }

        return "read numbers in the input with tokens_int or tokens_float";
    }

    /// <summary>Both sides so that they can be compared, or null: numbers with numbers, and otherwise equal types.</summary>
    public (SOp Left, SOp Right)? Comparable(SOp left, SOp right, SourceSpan span)
    {
        if (CommonType(left.Type, right.Type) is not null) return (left, right);

        // A bool counts as 0 or 1 where it is compared to a number.
        if (left.Type == SOpType.Bool && right.IsNumeric) return (Indicator(left, span), right);
        if (right.Type == SOpType.Bool && left.IsNumeric) return (left, Indicator(right, span));
        diagnostics.ComparedTypes(span, Describe(left), Describe(right), Advice(left, right));
        return null;
    }

    /// <summary>What a condition sees: a number is true unless it is 0, a string unless it is empty.</summary>
    private SOp AsBool(SOp operand, SourceSpan span)
    {
        if (operand.Type == SOpType.Bool) return operand;
        SOp empty = operand.IsNumeric
            ? graph.Constant(0, operand.Type, span)
            : graph.Constant(string.Empty, SOpType.String, span);
        return Node(ElementwiseOperator.NotEqual, SOpType.Bool, span, operand, empty);
    }

    private SOp? Numeric(SOp operand, string symbol, SourceSpan span)
    {
        if (operand.IsNumeric) return operand;
        diagnostics.OperandType(span, symbol, Describe(operand), Advice(operand));
        return null;
    }

    private SOp? Compare(ElementwiseOperator op, SOp left, SOp right, SourceSpan span)
    {
        bool isBoolAndText = (left.Type, right.Type) is (SOpType.Bool, SOpType.String) or (SOpType.String, SOpType.Bool);
        if (op == ElementwiseOperator.Equal && isBoolAndText) return graph.Constant(false, SOpType.Bool, span);
        return Comparable(left, right, span) is var (l, r) ? Node(op, SOpType.Bool, span, l, r) : null;
    }

    private SOp? Logical(ElementwiseOperator op, SOp left, SOp right, SourceSpan span)
    {
        Value neutral = op == ElementwiseOperator.And;
        if (left is ConstantSOp l && l.Value == neutral) return right;
        if (right is ConstantSOp r && r.Value == neutral) return left;
        return ReferenceEquals(left, right) ? left : Node(op, SOpType.Bool, span, left, right);
    }

    // x + 0 → x, x - 0 → x, x * 1 → x, where the type stays the same.
    private static SOp? Identity(ElementwiseOperator op, SOp left, SOp right)
    {
        bool keepsLeft = right is ConstantSOp { Type: SOpType.Int } r &&
            ((op is ElementwiseOperator.Add or ElementwiseOperator.Subtract && r.Value == 0) ||
             (op == ElementwiseOperator.Multiply && r.Value == 1));
        if (keepsLeft) return left;
        bool keepsRight = left is ConstantSOp { Type: SOpType.Int } l &&
            ((op == ElementwiseOperator.Add && l.Value == 0) || (op == ElementwiseOperator.Multiply && l.Value == 1));
        return keepsRight ? right : null;
    }

    private static SOpType ArithmeticType(ElementwiseOperator op, SOp left, SOp right)
    {
        if (op == ElementwiseOperator.Divide || left.Type == SOpType.Float || right.Type == SOpType.Float) return SOpType.Float;
        return op == ElementwiseOperator.Power && !IsNotNegative(right) ? SOpType.Float : SOpType.Int;
    }

    /// <summary>Whether an int is provably not negative, so that a power with this exponent stays an int.</summary>
    private static bool IsNotNegative(SOp sop)
    {
        int nodes = 0;
        return IsNotNegative(sop, ref nodes);
    }

    // Bounded: shared parts of a grown expression would be visited once for each way to them.
    private static bool IsNotNegative(SOp sop, ref int nodes) => ++nodes <= 1000 && sop switch
    {
        ConstantSOp c => c.Value.Number.Sign >= 0,
        IndicesSOp or SelectorWidthSOp => true,
        ElementwiseSOp { Operator: ElementwiseOperator.Indicator } => true,
        ElementwiseSOp { Operator: ElementwiseOperator.Add or ElementwiseOperator.Multiply } e =>
            IsNotNegative(e.Operands[0], ref nodes) && IsNotNegative(e.Operands[1], ref nodes),
        _ => false,
    };

    private static bool IsNumeric(SOpType type) => type is SOpType.Int or SOpType.Float;

    /// <summary>The node, or the constant it is equal to; the node of constants that have no result, which a conditional may never choose.</summary>
    private SOp Node(ElementwiseOperator op, SOpType type, SourceSpan span, params ImmutableArray<SOp> operands)
    {
        if (op == ElementwiseOperator.Conditional && operands[0] is ConstantSOp test)
        {
            SOp chosen = operands[test.Value.IsTrue ? 1 : 2];
            if (chosen is not ConstantSOp || chosen.Type == type) return chosen;
        }

        SOp node = graph.Elementwise(op, type, span, operands);
        return node is ElementwiseSOp elementwise && operands.All(o => o is ConstantSOp) && TryEvaluate(elementwise, out Value result, out _)
            ? graph.Constant(result, type, span)
            : node;
    }

    private static bool TryEvaluate(ElementwiseSOp node, out Value result, out string error) =>
        ElementwiseEvaluation.TryApply(node, [.. node.Operands.OfType<ConstantSOp>().Select(o => o.Value)], out result, out error);
}
