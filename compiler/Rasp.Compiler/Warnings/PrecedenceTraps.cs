using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Syntax;

namespace Rasp.Compiler.Warnings;

/// <summary>
/// Expressions that mean something else than in most languages: the language's own precedence, where no parentheses
/// show what is meant. Of a chain the innermost pair is reported.
/// </summary>
internal sealed class PrecedenceTraps(DiagnosticBag diagnostics)
{
    public void Report(IEnumerable<StatementSyntax> statements)
    {
        foreach (StatementSyntax statement in SyntaxNodes.All(statements))
        {
            foreach (ExpressionSyntax expression in SyntaxNodes.Expressions(statement)) Check(expression);
        }
    }

    private void Check(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case ConditionalSyntax { WhenTrue: ConditionalSyntax { WhenTrue: not ConditionalSyntax } } s:
                diagnostics.ConditionalChain(s.Span);
                break;
            case ContainedSyntax { Item: PrefixSyntax { Operator: PrefixOperator.Not } } s:
                diagnostics.NotBindsTighter(s.Span, "in");
                break;
            case ContainedSyntax s when LooserThanExpected(s.Item) is { } op:
                diagnostics.LoosestIn(s.Span, op, isLeft: true);
                break;
            case ContainedSyntax s when LooserThanExpected(s.Container) is { } op:
                diagnostics.LoosestIn(s.Span, op, isLeft: false);
                break;
            case BinarySyntax s:
                CheckBinary(s);
                break;
        }
    }

    private void CheckBinary(BinarySyntax s)
    {
        switch (s.Operator, s.Left, s.Right)
        {
            // "a and b or c" is read as one expects; only "a or b and c" is not.
            case (ElementwiseOperator.And, BinarySyntax { Operator: ElementwiseOperator.Or }, _):
                diagnostics.MixedAndOr(s.Span);
                break;
            case (_, PrefixSyntax { Operator: PrefixOperator.Not }, _) when IsComparison(s.Operator):
                diagnostics.NotBindsTighter(s.Span, s.Symbol);
                break;
            case (_, BinarySyntax left, _) when IsComparison(s.Operator) && IsComparison(left.Operator):
                if (left.Left is not BinarySyntax first || !IsComparison(first.Operator)) diagnostics.ComparisonChain(s.Span, left.Symbol, s.Symbol);
                break;
            case (ElementwiseOperator.Power, PrefixSyntax { Operator: PrefixOperator.Minus }, _):
                diagnostics.SignBeforePower(s.Span, "-");
                break;
            case (ElementwiseOperator.Power, BinarySyntax { Operator: ElementwiseOperator.Power, Left: not BinarySyntax { Operator: ElementwiseOperator.Power } }, _):
                diagnostics.PowerChain(s.Span);
                break;
            case (ElementwiseOperator.Modulo, _, BinarySyntax { Operator: ElementwiseOperator.Multiply or ElementwiseOperator.Divide } right):
                diagnostics.ModuloBeforeProduct(s.Span, right.Symbol);
                break;
        }
    }

    /// <summary>The operator of what one expects to be looser than <c>in</c>, without parentheses around it.</summary>
    private static string? LooserThanExpected(ExpressionSyntax expression) => expression switch
    {
        ConditionalSyntax => "if",
        BinarySyntax { Operator: ElementwiseOperator.And or ElementwiseOperator.Or } s => s.Symbol,
        BinarySyntax s when IsComparison(s.Operator) => s.Symbol,
        _ => null,
    };

    private static bool IsComparison(ElementwiseOperator op) => op is ElementwiseOperator.Equal or ElementwiseOperator.Less
        or ElementwiseOperator.LessOrEqual or ElementwiseOperator.Greater or ElementwiseOperator.GreaterOrEqual;
}
