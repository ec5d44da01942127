using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>The smaller or the larger of two numbers that each take many values.</summary>
internal sealed partial class Lowerer
{
    /// <summary>
    /// <code>
    /// x if x &lt; y else y → y + (x − y if x &lt; y else 0)
    /// </code>
    /// What is added is a function of x − y alone: a staircase over as many values as x and y have together, in place of one over
    /// their pairs. Null where it does not apply.
    /// </summary>
    private LinearForm? Choice(ElementwiseSOp choice)
    {
        if (composed.TryGetValue(choice, out LinearForm? known)) return known;
        if (choice is not { IsNumeric: true, Operator: ElementwiseOperator.Conditional, Operands: [ElementwiseSOp { Operands: [var l, var r] } condition, var x, var y] }) return null;
        bool compares = condition.Operator is ElementwiseOperator.Less or ElementwiseOperator.LessOrEqual or ElementwiseOperator.Greater or ElementwiseOperator.GreaterOrEqual;
        if (!compares || !((l == x && r == y) || (l == y && r == x))) return null;
        (ImmutableArray<Value> xs, ImmutableArray<Value> ys) = (domains.Everywhere(x), domains.Everywhere(y));
        bool areWhole = xs.Concat(ys).All(v => v.Number.IsInteger);
        if (!areWhole || !HaveManyPairs(xs, ys) || domains.Everywhere(Difference(x, y)).Length > xs.Length * ys.Length / PairsForEachValue) return null;
        bool addsToFirst = NeedLinear(x).Error < NeedLinear(y).Error;
        SOp zero = graph.Constant(Value.FromNumber(Rational.Zero), choice.Type, choice.Span);
        SOp more = addsToFirst ? Conditional(zero, Difference(y, x)) : Conditional(Difference(x, y), zero);
        LinearForm form = NeedLinear(addsToFirst ? x : y) + LinearForm.Of(Materialise(more, VariableEncoding.Linear));
        composed.Add(choice, form);
        return form;

        SOp Difference(SOp a, SOp b) => graph.Elementwise(ElementwiseOperator.Subtract, choice.Type, choice.Span, [a, b]);

        SOp Conditional(SOp first, SOp second) => graph.Elementwise(ElementwiseOperator.Conditional, choice.Type, choice.Span, [condition, first, second]);
    }
}
