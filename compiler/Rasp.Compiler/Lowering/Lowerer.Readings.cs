using System.Collections.Immutable;
using System.Numerics;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>How an s-op can be read from what already stands in the residual stream, and what must be added so that it can.</summary>
internal sealed partial class Lowerer
{
    private readonly Dictionary<SOp, OneHotView?> views = [];
    private readonly Dictionary<SOp, OneHotView?> positional = [];
    private readonly Dictionary<(SOp SOp, double Share), Variable?> rounded = [];

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
            ElementwiseSOp when domains.Analyse(sop).LargestSet == 0 => OneHotView.Undefined,
            AggregateSOp or SelectorWidthSOp when PositionView(sop) is OneHotView atPosition => atPosition,
            AggregateSOp { Type: SOpType.String } a => OneHotView.Identity(Moved(a)),
            _ => null,
        };
        views[sop] = view;
        return view;
    }

    /// <summary>
    /// What only the position decides belongs in the embedding, whatever it is computed from.
    /// <code>
    /// selector_width(select(indices, indices, &lt;=)) → a function of indices
    /// </code>
    /// </summary>
    private OneHotView? PositionView(SOp sop)
    {
        if (!passes.Positions) return null;
        if (!positional.TryGetValue(sop, out OneHotView? view))
        {
            view = domains.IsFunctionOfPosition(sop, out ImmutableArray<Value> values)
                ? values.Distinct().Count() == 1 ? OneHotView.Constant(values[0]) : new OneHotView(indices, [.. values.Select(v => (Value?)v)])
                : null;
            positional.Add(sop, view);
        }

        return view;
    }

    /// <summary><paramref name="coded"/>: its classes are to be read in few columns.</summary>
    private OneHotView NeedView(SOp sop, bool coded = false) => View(sop) ?? OneHotView.Identity(Materialise(sop, VariableEncoding.OneHot, coded));

    /// <summary>The number (or truth value) that the s-op holds, as a reading of what attention and embedding give and what MLPs already hold.</summary>
    private LinearForm? Linear(SOp sop)
    {
        if (sop.Type == SOpType.String) return null;
        if (View(sop) is OneHotView view) return view.ToLinear();
        if (scalar.TryGetValue(sop, out Variable? variable)) return LinearForm.Of(variable);
        return sop switch
        {
            AggregateSOp a => LinearForm.Of(Moved(a)),
            SelectorWidthSOp w => Width(w),
            ElementwiseSOp e => SumOrWhole(e) ?? composed.GetValueOrDefault(e) ?? LinearOperation(e, Linear),
            _ => null,
        };
    }

    /// <summary>
    /// <code>
    /// width(s) * aggregate(s, x) → sum        round(x) → x, where x is whole        sum / length → mean
    /// </code>
    /// </summary>
    private LinearForm? SumOrWhole(ElementwiseSOp e)
    {
        if (!passes.Sums) return null;
        if (domains.Means.Of(e) is AggregateSOp mean) return View(mean)?.ToLinear() ?? LinearForm.Of(Moved(mean, e));
        if (e.Operator == ElementwiseOperator.Round && e.Operands[0] is ElementwiseSOp { Operator: ElementwiseOperator.Multiply } rounded)
            return SumOrWhole(rounded);
        if (e.Operator != ElementwiseOperator.Multiply) return null;
        foreach ((SOp width, SOp factor) in new[] { (e.Operands[0], e.Operands[1]), (e.Operands[1], e.Operands[0]) })
            if (factor is AggregateSOp { IsNumeric: true } a && IsWidthOf(width, a) && Sum(a) is AttentionVariable sum) return LinearForm.Of(sum);
        return null;
    }

    /// <summary>The width as a number; where the heads that count its parts stand in different layers, as the sum of the parts.</summary>
    private LinearForm Width(SelectorWidthSOp width)
    {
        if (IsLength(width)) return LinearForm.Of(Length(width));
        if (CountedWidth(width) is AttentionVariable counted) return LinearForm.Of(counted);
        return selectors.WidthParts(width).Where(p => p.Width != width).Aggregate(LinearForm.Zero, (form, part) => form + PartOfWidth(part.Width).Times(part.Sign));
    }

    private LinearForm PartOfWidth(SelectorWidthSOp part) => PositionView(part)?.ToLinear() ?? Width(part);

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
        if (sop is ElementwiseSOp e && (LinearOperation(e, NeedLinear) ?? Product(e) ?? Choice(e)) is LinearForm form) return form;
        return LinearForm.Of(Materialise(sop, VariableEncoding.Linear));
    }

    /// <summary>
    /// The number for a reader that tells values <paramref name="gap"/> apart: as it stands where its error is small beside that,
    /// else rounded to its values by the next MLP, as a whole or term by term, which costs an attention or an output no depth; or divided
    /// a layer later, where even the rounding would not find the value.
    /// </summary>
    private LinearForm Precise(SOp sop, double gap)
    {
        LinearForm form = NeedLinear(sop);
        if (form.Error <= gap / 8) return form;
        if (form.Error >= 0.45 * gap && Divided(sop) is LinearForm divided && divided.Error < form.Error) return divided;
        if (Rounded(form, sop, domains.Everywhere(sop)) is Variable whole && whole.Error < form.Error) return LinearForm.Of(whole);
        double share = Math.Max(form.Terms.Where(t => t.Variable.Encoding == VariableEncoding.Linear).Sum(t => Math.Abs(t.Weights[0].ToDouble())), 1);
        LinearForm terms = form with { Terms = [.. form.Terms.Select(t => Rounded(t.Variable, share) is Variable v ? new LinearTerm(v, [t.Weights[0] * v.Unit]) : t)] };
        return terms.Error < form.Error ? terms : form;
    }

    private Variable? Rounded(Variable variable, double share) => variable is AttentionVariable { Encoding: VariableEncoding.Linear, IsPacked: false, Error: > 0 }
        ? Rounded(LinearForm.Of(variable), variable.SOp, variable.Values, share)
        : null;

    /// <param name="form">What is rounded.</param>
    /// <param name="sop">What it stands for.</param>
    /// <param name="values">To which it is rounded.</param>
    /// <param name="share">Only so small a part of the error that its reader can bear may remain.</param>
    private Variable? Rounded(LinearForm form, SOp sop, ImmutableArray<Value> values, double share = 1)
    {
        if (rounded.TryGetValue((sop, share), out Variable? known)) return known;
        Variable? variable = values.Length <= CompileLimits.MlpSteps && Rounding(form, sop, values, share) is Staircase staircase
            ? MlpVariable.Scalar(sop, values, Unit(values), staircase)
            : null;
        rounded.Add((sop, share), variable);
        return variable;
    }

    private Staircase? Rounding(LinearForm form, SOp sop, ImmutableArray<Value> values, double share)
    {
        Dictionary<Value, int> firstLengths = domains.FirstLengths(sop);
        Rational unit = Unit(values);
        Staircase? rounding = Lowering.Staircase.Through(form, form.Error, values.Select(v => new StaircasePoint(CodeRange.At(v.Number), firstLengths[v], [(v.Number / unit).ToDouble()])), out _);
        return rounding is null ? null : Proved(rounding, sop, SmallestGap(values) / unit.ToDouble() / share, coded: false) ?? rounding;
    }

    /// <summary>The largest fraction 1/n of which all the values are whole multiples; 1 where fp32 would not hold the multiples.</summary>
    private static Rational Unit(ImmutableArray<Value> values)
    {
        Int128 n = 1;
        double largest = 1;
        foreach (Rational x in values.Select(v => v.Number))
        {
            n *= x.Denominator / (long)BigInteger.GreatestCommonDivisor((BigInteger)n, x.Denominator);
            largest = Math.Max(largest, Math.Abs(x.ToDouble()));
            if ((double)n * largest > SinglePrecision.ExactIntegers) return Rational.One;
        }

        return Rational.One / (long)n;
    }

    /// <summary>The least difference between two neighbours of ascending numbers.</summary>
    private static double SmallestGap(ImmutableArray<Value> ascending)
    {
        double smallest = double.PositiveInfinity;
        for (int i = 1; i < ascending.Length; i++)
            smallest = Math.Min(smallest, (ascending[i].Number - ascending[i - 1].Number).ToDouble());
        return smallest;
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
