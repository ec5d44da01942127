using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>
/// Sums over all visible positions, divided by their number, are means: of fewer values than a quotient of two numbers that
/// are taken as independent, and one head without an MLP.
/// <code>
/// (c·selector_width(select(k, a, ==)) + …) / length → aggregate(full, c·indicator(k == a) + …)
/// </code>
/// The a are the same for every query.
/// </summary>
internal sealed class MeansOfCounts(DomainAnalysis domains)
{
    private readonly GraphBuilder graph = new(GraphBuilder.DomainNodes);
    private readonly Dictionary<SOp, AggregateSOp?> known = [];

    /// <summary>The mean that the quotient is; null where it is none, or the mean's domain is too large.</summary>
    public AggregateSOp? Of(ElementwiseSOp e)
    {
        if (e.Operator != ElementwiseOperator.Divide) return null;
        if (known.TryGetValue(e, out AggregateSOp? mean)) return mean;
        known.Add(e, mean = Find(e));
        return mean;
    }

    private AggregateSOp? Find(ElementwiseSOp e)
    {
        if (e.Operands[0] is ConstantSOp || e.Operands[1] is ConstantSOp || !IsLength(e.Operands[1]) || AtEachKey(e.Operands[0]) is not SOp value) return null;
        Selector full = graph.Select(Number(Rational.One, e), Number(Rational.One, e), Comparison.Equal, e.Span);
        AggregateSOp mean = (AggregateSOp)graph.Aggregate(full, value, null, SOpType.Float, e.Span);
        try
        {
            domains.Analyse(mean);
            return mean;
        }
        catch (DomainLimitException)
        {
            return null;
        }
    }

    /// <summary>Whether the s-op is the number of visible positions.</summary>
    private bool IsLength(SOp sop)
    {
        if (sop is SelectorWidthSOp width && domains.Selectors.Everywhere(width.Selector) == Selection.Always) return true;
        return domains.Space.Causal && sop.IsNumeric && domains.IsFunctionOfPosition(sop, out ImmutableArray<Value> values)
            && values.Select((v, p) => v == Value.FromNumber(p + 1)).All(same => same);
    }

    /// <summary>What has to be added up over all visible positions to give the number; null where that is not known.</summary>
    private SOp? AtEachKey(SOp sum)
    {
        if (IsLength(sum)) return Number(Rational.One, sum);
        switch (sum)
        {
            case SelectorWidthSOp width:
                return IsSelected(width.Selector) is SOp selected ? graph.Elementwise(ElementwiseOperator.Indicator, SOpType.Int, sum.Span, [selected]) : null;
            case ElementwiseSOp { Operator: ElementwiseOperator.Add or ElementwiseOperator.Subtract or ElementwiseOperator.Negate } e:
                ImmutableArray<SOp> parts = [.. e.Operands.Select(AtEachKey).OfType<SOp>()];
                return parts.Length == e.Operands.Length ? graph.Elementwise(e.Operator, e.Type, e.Span, parts) : null;
            case ElementwiseSOp { Operator: ElementwiseOperator.Multiply or ElementwiseOperator.Divide } e when e.Operands[1] is ConstantSOp factor:
                return AtEachKey(e.Operands[0]) is SOp left ? graph.Elementwise(e.Operator, e.Type, e.Span, [left, factor]) : null;
            case ElementwiseSOp { Operator: ElementwiseOperator.Multiply } e when e.Operands[0] is ConstantSOp factor:
                return AtEachKey(e.Operands[1]) is SOp right ? graph.Elementwise(e.Operator, e.Type, e.Span, [factor, right]) : null;
            default:
                return null;
        }
    }

    /// <summary>Whether a key is selected, where that is the same for every query.</summary>
    private SOp? IsSelected(Selector selector)
    {
        if (domains.Selectors.Everywhere(selector) == Selection.Always) return graph.Constant(Value.True, SOpType.Bool, selector.Span);
        switch (selector)
        {
            case SelectSelector s when domains.Everywhere(s.Query) is [var query]:
                return graph.Elementwise(Operator(s.Comparison), SOpType.Bool, s.Span, [s.Key, graph.Constant(query, s.Query.Type, s.Span)]);
            case NotSelector n:
                return IsSelected(n.Operand) is SOp operand ? graph.Elementwise(ElementwiseOperator.Not, SOpType.Bool, n.Span, [operand]) : null;
            case AndSelector a:
                return Both(ElementwiseOperator.And, a.Left, a.Right);
            case OrSelector o:
                return Both(ElementwiseOperator.Or, o.Left, o.Right);
            default:
                return null;
        }

        SOp? Both(ElementwiseOperator op, Selector left, Selector right) =>
            IsSelected(left) is SOp a && IsSelected(right) is SOp b ? graph.Elementwise(op, SOpType.Bool, selector.Span, [a, b]) : null;
    }

    private SOp Number(Rational number, SOp at) => graph.Constant(Value.FromNumber(number), SOpType.Int, at.Span);

    private static ElementwiseOperator Operator(Comparison comparison) => comparison switch
    {
        Comparison.Equal => ElementwiseOperator.Equal,
        Comparison.NotEqual => ElementwiseOperator.NotEqual,
        Comparison.Less => ElementwiseOperator.Less,
        Comparison.LessOrEqual => ElementwiseOperator.LessOrEqual,
        Comparison.Greater => ElementwiseOperator.Greater,
        _ => ElementwiseOperator.GreaterOrEqual,
    };
}
