using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

internal sealed class SelectSlot : SelectorSlot
{
    private readonly SOpSlot key;
    private readonly SOpSlot query;
    private readonly bool causal;
    private readonly bool whenLess;
    private readonly bool whenEqual;
    private readonly bool whenGreater;
    private long[] keyNumbers = [];
    private long[] queryNumbers = [];

    public SelectSlot(SelectSelector selector, SOpSlot key, SOpSlot query, bool causal)
    {
        this.key = key;
        this.query = query;
        this.causal = causal;
        IsFixed = key.IsFixed && query.IsFixed;
        Comparison comparison = selector.Comparison;
        whenLess = comparison is Comparison.Less or Comparison.LessOrEqual or Comparison.NotEqual;
        whenEqual = comparison is Comparison.Equal or Comparison.LessOrEqual or Comparison.GreaterOrEqual;
        whenGreater = comparison is Comparison.Greater or Comparison.GreaterOrEqual or Comparison.NotEqual;
    }

    protected override void Clear(int n)
    {
        base.Clear(n);
        if (keyNumbers.Length < n) (keyNumbers, queryNumbers) = (new long[n], new long[n]);
    }

    protected override void Compute(ReadOnlySpan<Value> tokens)
    {
        int n = tokens.Length;
        ReadOnlySpan<Value> keys = key.Values.AsSpan(0, n);
        ReadOnlySpan<Value> queries = query.Values.AsSpan(0, n);
        bool isInteger = TryReadIntegers(keys, keyNumbers) && TryReadIntegers(queries, queryNumbers);
        for (int q = 0; q < n; q++)
        {
            int visible = causal ? q + 1 : n;
            Span<bool> row = Cells.AsSpan(q * n, n);
            row[visible..].Clear();
            for (int k = 0; k < visible; k++)
            {
                int order = isInteger ? keyNumbers[k].CompareTo(queryNumbers[q]) : keys[k].CompareTo(queries[q]);
                row[k] = order < 0 ? whenLess : order == 0 ? whenEqual : whenGreater;
            }
        }

        if (key.HasFaults || query.HasFaults) TakeOverFaults(n);
        CountWidths(n);
    }

    /// <summary>Integers and booleans as numbers; false where a value is anything else.</summary>
    private static bool TryReadIntegers(ReadOnlySpan<Value> values, long[] numbers)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i].Kind == ValueKind.Text || !values[i].Number.IsInteger) return false;
            numbers[i] = values[i].Number.Numerator;
        }

        return true;
    }

    private void TakeOverFaults(int n)
    {
        for (int q = 0; q < n; q++)
        {
            if (query.Fault(q) is { } queryFault) Fail(q, queryFault);
            for (int k = 0; k < (causal ? q + 1 : n); k++)
            {
                if (key.Fault(k) is { } keyFault) Fail(q, keyFault);
            }
        }
    }
}

internal sealed class NotSlot : SelectorSlot
{
    private readonly SelectorSlot operand;
    private readonly bool causal;

    public NotSlot(SelectorSlot operand, bool causal)
    {
        this.operand = operand;
        this.causal = causal;
        IsFixed = operand.IsFixed;
    }

    protected override void Compute(ReadOnlySpan<Value> tokens)
    {
        int n = tokens.Length;
        for (int q = 0; q < n; q++)
        {
            for (int k = 0; k < n; k++) Cells[(q * n) + k] = (!causal || k <= q) && !operand.Cells[(q * n) + k];
            if (operand.Fault(q) is { } fault) Fail(q, fault);
        }

        CountWidths(n);
    }
}

internal sealed class CombinedSlot : SelectorSlot
{
    private readonly SelectorSlot left;
    private readonly SelectorSlot right;
    private readonly bool isAnd;

    public CombinedSlot(SelectorSlot left, SelectorSlot right, bool isAnd)
    {
        this.left = left;
        this.right = right;
        this.isAnd = isAnd;
        IsFixed = left.IsFixed && right.IsFixed;
    }

    protected override void Compute(ReadOnlySpan<Value> tokens)
    {
        int n = tokens.Length;
        ReadOnlySpan<bool> a = left.Cells.AsSpan(0, n * n);
        ReadOnlySpan<bool> b = right.Cells.AsSpan(0, n * n);
        Span<bool> cells = Cells.AsSpan(0, n * n);
        for (int i = 0; i < cells.Length; i++) cells[i] = isAnd ? a[i] & b[i] : a[i] | b[i];
        for (int q = 0; q < n; q++)
        {
            if ((left.Fault(q) ?? right.Fault(q)) is { } fault) Fail(q, fault);
        }

        CountWidths(n);
    }
}
