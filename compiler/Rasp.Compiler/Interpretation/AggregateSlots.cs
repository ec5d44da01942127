using System.Globalization;
using System.Numerics;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>Width 0: the default; width 1: the value; more: the exact mean, of numbers only.</summary>
internal sealed class AggregateSlot : SOpSlot
{
    private readonly AggregateSOp node;
    private readonly SelectorSlot selector;
    private readonly SOpSlot value;
    private readonly Value? whenEmpty;

    public AggregateSlot(AggregateSOp node, SelectorSlot selector, SOpSlot value, TextPool texts, bool causal) : base(node, texts)
    {
        this.node = node;
        this.selector = selector;
        this.value = value;
        IsFixed = selector.IsFixed && value.IsFixed;
        if (node.Default is { } @default) whenEmpty = @default;
        else if (node.IsNumeric) whenEmpty = 0;
        else if (causal) whenEmpty = node.Type == SOpType.Bool ? Value.False : Value.FromText(string.Empty);
    }

    protected override void Compute(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        for (int i = 0; i < shape.Positions; i++)
        {
            if (selector.Fault(i) is { } fault) Fail(i, fault);
            else ComputeRow(i, i % shape.Length, selector.Row(i), selector.Widths[selector.RowNumber(i)]);
        }
    }

    private void ComputeRow(int position, int query, ReadOnlySpan<ulong> row, int width)
    {
        int first = position - query;
        if (width == 0)
        {
            if (whenEmpty is { } empty) Set(position, empty);
            else Fail(position, query, $"position {Text(query)} selects nothing; give aggregate a default");
        }
        else if (value.HasFaults && ValueFault(first, row) is { } fault) Fail(position, fault);
        else if (width == 1) Copy(position, value, first + BitRows.First(row));
        else if (!node.IsNumeric) Fail(position, query, $"position {Text(query)} selects {Text(width)} values, but only numbers have a mean; select one");
        else ComputeMean(position, query, row, width);
    }

    private EvaluationError? ValueFault(int first, ReadOnlySpan<ulong> row)
    {
        for (int w = 0; w < row.Length; w++)
        {
            for (ulong rest = row[w]; rest != 0; rest &= rest - 1)
            {
                if (value.Fault(first + (w * 64) + BitOperations.TrailingZeroCount(rest)) is { } fault) return fault;
            }
        }

        return null;
    }

    private void ComputeMean(int position, int query, ReadOnlySpan<ulong> row, int width)
    {
        int first = position - query;
        try
        {
            Rational sum = value.Denominators is null ? WholeSum(value.Numerators.AsSpan(first), row) : Sum(first, row);
            Set(position, sum / width);
        }
        catch (OverflowException)
        {
            Fail(position, query, "the mean does not fit a 64-bit fraction");
        }
    }

    private static long WholeSum(ReadOnlySpan<long> values, ReadOnlySpan<ulong> row)
    {
        long sum = 0;
        for (int w = 0; w < row.Length; w++)
        {
            ReadOnlySpan<long> part = values[(w * 64)..];
            for (ulong rest = row[w]; rest != 0; rest &= rest - 1) sum = checked(sum + part[BitOperations.TrailingZeroCount(rest)]);
        }

        return sum;
    }

    private Rational Sum(int first, ReadOnlySpan<ulong> row)
    {
        Rational sum = Rational.Zero;
        for (int w = 0; w < row.Length; w++)
        {
            for (ulong rest = row[w]; rest != 0; rest &= rest - 1) sum += value.Number(first + (w * 64) + BitOperations.TrailingZeroCount(rest));
        }

        return sum;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

internal sealed class SelectorWidthSlot : SOpSlot
{
    private readonly SelectorSlot selector;

    public SelectorWidthSlot(SelectorWidthSOp sop, SelectorSlot selector, TextPool texts) : base(sop, texts)
    {
        this.selector = selector;
        IsFixed = selector.IsFixed;
    }

    protected override void Compute(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        for (int i = 0; i < shape.Positions; i++)
        {
            if (selector.Fault(i) is { } fault) Fail(i, fault);
            else Numerators[i] = selector.Widths[selector.RowNumber(i)];
        }
    }
}
