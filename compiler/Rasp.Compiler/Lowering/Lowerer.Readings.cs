using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>How an s-op can be read from what already stands in the residual stream, and what must be added so that it can.</summary>
internal sealed partial class Lowerer
{
    private readonly Dictionary<SOp, OneHotView?> views = [];

    /// <summary>The s-op as a function of one one-hot variable, where it is one.</summary>
    private OneHotView? View(SOp sop)
    {
        if (views.TryGetValue(sop, out OneHotView? known)) return known;
        OneHotView? view = oneHot.TryGetValue(sop, out Variable? variable) ? OneHotView.Identity(variable) : sop switch
        {
            ConstantSOp c => OneHotView.Constant(c.Value),
            TokensSOp t => new OneHotView(tokens, [.. tokens.Values.Select(t.Convert)]),
            IndicesSOp => OneHotView.Identity(indices),
            ElementwiseSOp e when e.Operands.Select(View).OfType<OneHotView>().ToImmutableArray() is { } operands
                && operands.Length == e.Operands.Length => OneHotView.Apply(e, operands),
            AggregateSOp { Type: SOpType.String } a => OneHotView.Identity(Moved(a)),
            _ => null,
        };
        views[sop] = view;
        return view;
    }

    private OneHotView NeedView(SOp sop) => View(sop) ?? OneHotView.Identity(Materialise(sop, VariableEncoding.OneHot));

    /// <summary>The number (or truth value) that the s-op holds, as a reading of what attention and embedding give and what MLPs already hold.</summary>
    private LinearForm? Linear(SOp sop)
    {
        if (sop.Type == SOpType.String) return null;
        if (View(sop) is OneHotView view) return view.ToLinear();
        if (scalar.TryGetValue(sop, out Variable? variable)) return LinearForm.Of(variable);
        return sop switch
        {
            AggregateSOp a => LinearForm.Of(Moved(a)),
            ElementwiseSOp e => LinearOperation(e, Linear),
            _ => null,
        };
    }

    /// <summary>As <see cref="Linear"/>, but adds nothing: null where a part of the s-op is not in the residual stream.</summary>
    private LinearForm? ExistingLinear(SOp sop)
    {
        if (sop.Type == SOpType.String) return null;
        if (scalar.TryGetValue(sop, out Variable? variable)) return LinearForm.Of(variable);
        if (sop is ElementwiseSOp e && LinearOperation(e, ExistingLinear) is LinearForm form) return form;
        return sop is ElementwiseSOp or ConstantSOp or TokensSOp or IndicesSOp ? View(sop)?.ToLinear() : null;
    }

    private LinearForm NeedLinear(SOp sop)
    {
        if (Linear(sop) is LinearForm known) return known;
        if (sop is ElementwiseSOp e && LinearOperation(e, NeedLinear) is LinearForm sum) return sum;
        if (sop is SelectorWidthSOp w && selectors.WidthParts(w) is { Length: > 1 } parts)
            return parts.Aggregate(LinearForm.Zero, (form, part) => form + NeedLinear(part.Width).Times(part.Sign));
        return LinearForm.Of(Materialise(sop, VariableEncoding.Linear));
    }

    /// <summary>
    /// Sums, differences and multiples need no MLP where their operands can be read.
    /// <code>
    /// a + b, a − b, −a, c·a, a/c, indicator(a) → the same of the readings
    /// </code>
    /// </summary>
    private static LinearForm? LinearOperation(ElementwiseSOp e, Func<SOp, LinearForm?> read)
    {
        if (e.Type == SOpType.String) return null;
        LinearForm? Operand(int i) => read(e.Operands[i]);
        switch (e.Operator)
        {
            case ElementwiseOperator.Add:
                return Operand(0) is LinearForm a && Operand(1) is LinearForm b ? a + b : null;
            case ElementwiseOperator.Subtract:
                return Operand(0) is LinearForm c && Operand(1) is LinearForm d ? c - d : null;
            case ElementwiseOperator.Negate:
                return Operand(0)?.Times(-1);
            case ElementwiseOperator.Indicator:
                return Operand(0);
            case ElementwiseOperator.Multiply when e.Operands[1] is ConstantSOp factor:
                return Operand(0)?.Times(factor.Value.Number);
            case ElementwiseOperator.Multiply when e.Operands[0] is ConstantSOp factor:
                return Operand(1)?.Times(factor.Value.Number);
            case ElementwiseOperator.Divide when e.Operands[1] is ConstantSOp divisor && divisor.Value.Number != Rational.Zero:
                return Operand(0)?.Times(Rational.One / divisor.Value.Number);
            default:
                return null;
        }
    }
}
