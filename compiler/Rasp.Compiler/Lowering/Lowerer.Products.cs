using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Products of two numbers that each take many values.</summary>
internal sealed partial class Lowerer
{
    /// <summary>A staircase over all pairs of values is smaller while the pairs are not so many times the values.</summary>
    private const int PairsForEachValue = 8;

    /// <summary>Products and choices, as sums of staircases.</summary>
    private readonly Dictionary<SOp, LinearForm> composed = [];

    /// <summary>The number itself where it is exact, else as the next MLP rounds it; null where it cannot.</summary>
    private SOp? Whole(SOp sop)
    {
        if (NeedLinear(sop).Error == 0) return sop;
        if (Exact(sop) is not Variable exact) return null;
        SOp whole = graph.Elementwise(ElementwiseOperator.Round, SOpType.Int, sop.Span, [sop]);
        scalar.TryAdd(whole, exact);
        return whole;
    }

    private static bool HaveManyPairs(ImmutableArray<Value> xs, ImmutableArray<Value> ys) => (long)xs.Length * ys.Length > PairsForEachValue * (xs.Length + ys.Length);

    /// <summary>
    /// <code>
    /// x·y → ⌊(x + y)²/4⌋ − ⌊(x − y)²/4⌋
    /// </code>
    /// Exact for whole numbers, since x + y and x − y are both even or both odd; two staircases over as many values as x and y
    /// have together, in place of one over their pairs. Counts are rounded first, a layer earlier, where single precision is proved to suffice for
    /// staircases over whole numbers only. Null where it does not apply.
    /// </summary>
    private LinearForm? Product(ElementwiseSOp product)
    {
        if (composed.TryGetValue(product, out LinearForm? known)) return known;
        if (product.Operator != ElementwiseOperator.Multiply || product.Operands[0] == product.Operands[1]) return null;
        (SOp x, SOp y) = (product.Operands[0], product.Operands[1]);
        (ImmutableArray<Value> xs, ImmutableArray<Value> ys) = (domains.Everywhere(x), domains.Everywhere(y));
        bool applies = HaveManyPairs(xs, ys) && xs.Concat(ys).All(v => v.Number.IsInteger);
        if (!applies) return null;
        NeedLinear(x);
        NeedLinear(y);
        LinearForm form = OfQuarters(x, y);
        if (!IsProved(form) && Whole(x) is SOp wholeX && Whole(y) is SOp wholeY && OfQuarters(wholeX, wholeY) is LinearForm ofWhole && IsProved(ofWhole)) form = ofWhole;
        composed.Add(product, form);
        return form;

        LinearForm OfQuarters(SOp a, SOp b) =>
            QuarterOfSquare(Elementwise(ElementwiseOperator.Add, a, b)) - QuarterOfSquare(Elementwise(ElementwiseOperator.Subtract, a, b));

        bool IsProved(LinearForm difference) => difference.Reads.OfType<MlpVariable>().All(v => v.Staircase.OutputError.Bound <= 0.25);

        SOp Elementwise(ElementwiseOperator op, SOp a, SOp b) => graph.Elementwise(op, SOpType.Int, product.Span, [a, b]);

        SOp Constant(int value) => graph.Constant(value, SOpType.Int, product.Span);

        // round((s² − 1) / 4): where s stands but once, the values are known to be those of one s, and whole.
        LinearForm QuarterOfSquare(SOp s)
        {
            SOp square = Elementwise(ElementwiseOperator.Power, s, Constant(2));
            SOp quarter = Elementwise(ElementwiseOperator.Divide, Elementwise(ElementwiseOperator.Subtract, square, Constant(1)), Constant(4));
            return LinearForm.Of(Materialise(graph.Elementwise(ElementwiseOperator.Round, SOpType.Int, product.Span, [quarter]), VariableEncoding.Linear));
        }
    }
}
