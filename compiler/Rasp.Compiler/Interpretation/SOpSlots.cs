using System.Globalization;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>Input tokens, converted to the s-op's type.</summary>
internal sealed class TokensSlot(TokensSOp sop) : SOpSlot(sop)
{
    protected override void Compute(ReadOnlySpan<Value> tokens)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            if (sop.Convert(tokens[i]) is { } value) Values[i] = value;
            else Fail(i, $"the token '{tokens[i]}' is not {Kind(SOp.Type)}");
        }
    }

    private static string Kind(SOpType type) => type switch
    {
        SOpType.Int => "an int",
        _ => "a number",
    };
}

internal sealed class IndicesSlot : SOpSlot
{
    public IndicesSlot(IndicesSOp sop) : base(sop) => IsFixed = true;

    protected override void Compute(ReadOnlySpan<Value> tokens)
    {
        for (int i = 0; i < tokens.Length; i++) Values[i] = i;
    }
}

internal sealed class ConstantSlot : SOpSlot
{
    private readonly Value value;

    public ConstantSlot(ConstantSOp sop) : base(sop)
    {
        IsFixed = true;
        value = sop.Value;
    }

    protected override void Compute(ReadOnlySpan<Value> tokens) => Values.AsSpan(0, tokens.Length).Fill(value);
}

internal sealed class ElementwiseSlot : SOpSlot
{
    private const int MaxTextLength = 100_000;

    private readonly ElementwiseSOp node;
    private readonly SOpSlot[] operands;
    private readonly Value[] arguments;

    public ElementwiseSlot(ElementwiseSOp node, SOpSlot[] operands) : base(node)
    {
        this.node = node;
        this.operands = operands;
        arguments = new Value[operands.Length];
        IsFixed = operands.All(o => o.IsFixed);
    }

    protected override void Compute(ReadOnlySpan<Value> tokens)
    {
        bool mayFail = operands.Any(o => o.HasFaults);
        for (int i = 0; i < tokens.Length; i++)
        {
            for (int j = 0; j < operands.Length; j++) arguments[j] = operands[j].Values[i];
            if (mayFail && OperandFault(i) is { } fault) Fail(i, fault);
            else if (!ElementwiseEvaluation.TryApply(node, arguments, out Value result, out string error)) Fail(i, error);
            else if (result.Kind == ValueKind.Text && result.Text.Length > MaxTextLength)
                Fail(i, string.Create(CultureInfo.InvariantCulture, $"the text is longer than {MaxTextLength} characters"));
            else Values[i] = result;
        }
    }

    // Of a conditional only the chosen branch counts.
    private EvaluationError? OperandFault(int i)
    {
        if (node.Operator == ElementwiseOperator.Conditional)
            return operands[0].Fault(i) ?? operands[arguments[0].IsTrue ? 1 : 2].Fault(i);
        foreach (SOpSlot operand in operands)
        {
            if (operand.Fault(i) is { } fault) return fault;
        }

        return null;
    }
}

/// <summary>Width 0: the default; width 1: the value; more: the exact mean, of numbers only.</summary>
internal sealed class AggregateSlot : SOpSlot
{
    private readonly AggregateSOp node;
    private readonly SelectorSlot selector;
    private readonly SOpSlot value;
    private readonly Value? whenEmpty;

    public AggregateSlot(AggregateSOp node, SelectorSlot selector, SOpSlot value, bool causal) : base(node)
    {
        this.node = node;
        this.selector = selector;
        this.value = value;
        IsFixed = selector.IsFixed && value.IsFixed;
        if (node.Default is { } @default) whenEmpty = @default;
        else if (node.IsNumeric) whenEmpty = 0;
        else if (causal) whenEmpty = node.Type == SOpType.Bool ? Value.False : Value.FromText(string.Empty);
    }

    protected override void Compute(ReadOnlySpan<Value> tokens)
    {
        int n = tokens.Length;
        for (int q = 0; q < n; q++)
        {
            if (selector.Fault(q) is { } fault) Fail(q, fault);
            else ComputeRow(q, selector.Cells.AsSpan(q * n, n), selector.Widths[q]);
        }
    }

    private void ComputeRow(int q, ReadOnlySpan<bool> row, int width)
    {
        if (width == 0)
        {
            if (whenEmpty is { } empty) Values[q] = empty;
            else Fail(q, $"position {Number(q)} selects nothing; give aggregate a default");
            return;
        }

        if (value.HasFaults && ValueFault(row) is { } fault)
        {
            Fail(q, fault);
            return;
        }

        if (width == 1) Values[q] = value.Values[row.IndexOf(true)];
        else if (!node.IsNumeric) Fail(q, $"position {Number(q)} selects {Number(width)} values, but only numbers have a mean; select one");
        else ComputeMean(q, row, width);
    }

    private EvaluationError? ValueFault(ReadOnlySpan<bool> row)
    {
        for (int k = 0; k < row.Length; k++)
        {
            if (row[k] && value.Fault(k) is { } fault) return fault;
        }

        return null;
    }

    private void ComputeMean(int q, ReadOnlySpan<bool> row, int width)
    {
        try
        {
            Rational sum = Rational.Zero;
            for (int k = 0; k < row.Length; k++)
            {
                if (row[k]) sum += value.Values[k].Number;
            }

            Values[q] = Value.FromNumber(sum / width);
        }
        catch (OverflowException)
        {
            Fail(q, "the mean does not fit a 64-bit fraction");
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

internal sealed class SelectorWidthSlot : SOpSlot
{
    private readonly SelectorSlot selector;

    public SelectorWidthSlot(SelectorWidthSOp sop, SelectorSlot selector) : base(sop)
    {
        this.selector = selector;
        IsFixed = selector.IsFixed;
    }

    protected override void Compute(ReadOnlySpan<Value> tokens)
    {
        for (int q = 0; q < tokens.Length; q++)
        {
            if (selector.Fault(q) is { } fault) Fail(q, fault);
            else Values[q] = selector.Widths[q];
        }
    }
}
