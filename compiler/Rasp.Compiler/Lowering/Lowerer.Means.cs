using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Means over so many positions that single precision does not add up their numbers precisely enough.</summary>
internal sealed partial class Lowerer
{
    /// <summary>
    /// The mean of whole numbers over all visible positions as their sum, which is counted and rounded, and then divided in the next layer, where
    /// nothing is added any more. Null where the mean is another.
    /// </summary>
    private LinearForm? Divided(SOp sop)
    {
        AggregateSOp? mean = sop as AggregateSOp ?? (sop is ElementwiseSOp quotient ? domains.Means.Of(quotient) : null);
        if (!passes.Sums || mean is not { IsNumeric: true } || domains.Selectors.Everywhere(mean.Selector) != Selection.Always || Sum(mean) is null) return null;
        SOp sum = graph.Elementwise(ElementwiseOperator.Multiply, SOpType.Int, sop.Span, [graph.SelectorWidth(mean.Selector, sop.Span), mean]);
        return domains.Space.Causal ? SharedByPosition(sop, sum) : SharedByLength(sop, mean, sum);
    }

    /// <summary>The whole number rounded by the next MLP, to have no error at all; null where single precision does not suffice.</summary>
    private Variable? Exact(SOp sop) => Rounded(NeedLinear(sop), sop, domains.Everywhere(sop), share: SinglePrecision.ExactIntegers) is { Error: 0 } exact ? exact : null;

    /// <summary>
    /// Under a causal mask each position reads its own sum, with a weight of 1/(position + 1) beside the beginning of the sequence.
    /// </summary>
    private LinearForm? SharedByPosition(SOp sop, SOp sum)
    {
        if (Exact(sum) is not Variable exact) return null;
        LinearForm form = LinearForm.Of(exact);
        OneHotView positions = OneHotView.Identity(indices);
        Selector self = graph.Select(indices.SOp, indices.SOp, Comparison.Equal, sop.Span);
        Head head = HeadFor(
            self, [.. Terms(self, selectsOne: true), ScoreTerms.Share(positions with { Values = [.. positions.Values.Select((_, p) => (Value?)(p + 1))] })], 0, form.Reads);
        ImmutableArray<Value> values = domains.Everywhere(sop);
        AttentionPart part = new(sum, head, new MovedValue(form, null, Value.FromNumber(Rational.Zero)), null, Rational.One);
        double largest = values.Max(v => Math.Abs(v.Number.ToDouble()));
        return LinearForm.Of(AttentionVariable.Scalar(sop, values, part, 16 * SinglePrecision.Rounding * largest));
    }

    /// <summary>
    /// Without a mask the sum stands at the first position alone, and all positions average that: of the products with the weights 1/w one is
    /// other than 0.
    /// <code>
    /// aggregate(full, x) → aggregate(full, Σ x if indices == 0 else 0) → aggregate(full, max(Σ x − most·indicator(indices > 0), 0))        Σ x ≤ most
    /// </code>
    /// </summary>
    private LinearForm? SharedByLength(SOp sop, AggregateSOp mean, SOp sum)
    {
        ImmutableArray<Value> values = domains.Everywhere(mean.Value);
        if (values[0].Number.Sign < 0) return null;
        SOp zero = Number(Rational.Zero);
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
