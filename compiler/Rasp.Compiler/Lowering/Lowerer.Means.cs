using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Means over so many positions that single precision does not add up their numbers precisely enough.</summary>
internal sealed partial class Lowerer
{
    /// <summary>
    /// The mean of whole numbers over all visible positions as a sum, which is counted and rounded, and then divided in the next layer:
    /// <code>
    /// aggregate(full, x) → aggregate(full, Σ x if indices == 0 else 0) → aggregate(full, max(Σ x − most·indicator(indices > 0), 0))        Σ x ≤ most
    /// </code>
    /// Of the products with the weights 1/w one is other than 0, so that nothing is added. Null where the mean is another.
    /// </summary>
    private LinearForm? Divided(SOp sop)
    {
        AggregateSOp? mean = sop as AggregateSOp ?? (sop is ElementwiseSOp quotient ? domains.Means.Of(quotient) : null);
        if (!passes.Sums || domains.Space.Causal || mean is not { IsNumeric: true } || domains.Selectors.Everywhere(mean.Selector) != Selection.Always || Sum(mean) is null) return null;
        ImmutableArray<Value> values = domains.Everywhere(mean.Value);
        if (values[0].Number.Sign < 0) return null;
        SOp zero = Number(Rational.Zero);
        SOp sum = Elementwise(ElementwiseOperator.Multiply, graph.SelectorWidth(mean.Selector, sop.Span), mean);
        SOp isLater = graph.Elementwise(ElementwiseOperator.Greater, SOpType.Bool, sop.Span, [graph.Indices(sop.Span), zero]);
        SOp later = graph.Elementwise(ElementwiseOperator.Indicator, SOpType.Int, sop.Span, [isLater]);
        SOp lowered = Elementwise(ElementwiseOperator.Subtract, sum, Elementwise(ElementwiseOperator.Multiply, later, Number(values[^1].Number * domains.Space.MaxLength)));
        SOp isFirst = graph.Elementwise(ElementwiseOperator.Greater, SOpType.Bool, sop.Span, [lowered, zero]);
        SOp atFirst = Elementwise(ElementwiseOperator.Conditional, isFirst, lowered, zero);
        AggregateSOp divided = (AggregateSOp)graph.Aggregate(mean.Selector, atFirst, null, SOpType.Float, sop.Span);
        domains.Equate(divided, mean);
        return LinearForm.Of(Moved(divided, sop));

        SOp Number(Rational number) => graph.Constant(Value.FromNumber(number), SOpType.Int, sop.Span);

        SOp Elementwise(ElementwiseOperator op, params ImmutableArray<SOp> operands) => graph.Elementwise(op, SOpType.Int, sop.Span, operands);
    }
}
