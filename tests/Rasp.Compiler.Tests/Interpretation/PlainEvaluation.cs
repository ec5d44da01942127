using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Interpretation;

/// <summary>What a program means, value by value and cell by cell, with nothing shared or kept; null is an undefined value or row.</summary>
internal sealed class PlainEvaluation(ImmutableArray<Value> tokens, bool causal)
{
    private const int LongestText = 100_000;

    private readonly Dictionary<SOp, Value?[]> values = [];
    private readonly Dictionary<Selector, bool[]?[]> rows = [];

    private int Length => tokens.Length;

    public Value?[] Of(SOp sop)
    {
        foreach (object node in ProgramGraph.Reachable([sop]))
        {
            if (node is SOp s) values[s] = [.. Enumerable.Range(0, Length).Select(i => At(s, i))];
            else if (node is Selector selector) rows[selector] = [.. Enumerable.Range(0, Length).Select(q => Row(selector, q))];
        }

        return values[sop];
    }

    private Value? At(SOp sop, int i) => sop switch
    {
        TokensSOp s => s.Convert(tokens[i]),
        IndicesSOp => i,
        ConstantSOp s => s.Value,
        ElementwiseSOp { Operator: ElementwiseOperator.Conditional } s => values[s.Operands[0]][i] is { } condition ? values[s.Operands[condition.IsTrue ? 1 : 2]][i] : null,
        ElementwiseSOp s => Apply(s, [.. s.Operands.Select(o => values[o][i])]),
        SelectorWidthSOp s => rows[s.Selector][i]?.Count(selected => selected),
        AggregateSOp s => rows[s.Selector][i] is { } row ? Aggregate(s, [.. values[s.Value].Where((_, k) => row[k])]) : null,
        _ => throw new ArgumentOutOfRangeException(nameof(sop)),
    };

    private static Value? Apply(ElementwiseSOp sop, Value?[] operands)
    {
        if (operands.Any(o => o is null)) return null;
        bool isDefined = ElementwiseEvaluation.TryApply(sop, [.. operands.Select(o => o.GetValueOrDefault())], out Value result, out _);
        return isDefined && result.Text.Length <= LongestText ? result : default(Value?);
    }

    private Value? Aggregate(AggregateSOp sop, Value?[] selected)
    {
        if (selected.Length == 0)
        {
            if (sop.Default is not null || sop.IsNumeric) return sop.Default ?? 0;
            return !causal ? default(Value?) : sop.Type == SOpType.Bool ? Value.False : Value.FromText(string.Empty);
        }

        if (selected.Any(v => v is null)) return null;
        if (selected.Length == 1) return selected[0];
        if (!sop.IsNumeric) return null;
        try
        {
            return Value.FromNumber(selected.Aggregate(Rational.Zero, (sum, v) => sum + v.GetValueOrDefault().Number) / selected.Length);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private bool[]? Row(Selector selector, int q)
    {
        int visible = causal ? q + 1 : Length;
        switch (selector)
        {
            case SelectSelector s:
                if (values[s.Query][q] is not { } query || values[s.Key].Take(visible).Any(k => k is null)) return null;
                return [.. values[s.Key].Select((key, k) => k < visible && Holds(s.Comparison, Order(key.GetValueOrDefault(), query)))];
            case NotSelector s:
                return rows[s.Operand][q]?.Select((selected, k) => k < visible && !selected).ToArray();
            case AndSelector s:
                return rows[s.Left][q] is { } a && rows[s.Right][q] is { } b ? [.. a.Zip(b, (x, y) => x && y)] : null;
            case OrSelector s:
                return rows[s.Left][q] is { } c && rows[s.Right][q] is { } d ? [.. c.Zip(d, (x, y) => x || y)] : null;
            default:
                throw new ArgumentOutOfRangeException(nameof(selector));
        }
    }

    private static int Order(Value a, Value b) =>
        a.Kind != ValueKind.Text && b.Kind != ValueKind.Text ? a.Number.CompareTo(b.Number) : a.CompareTo(b);

    private static bool Holds(Comparison comparison, int order) => comparison switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };
}
