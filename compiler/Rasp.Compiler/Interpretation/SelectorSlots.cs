using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>
/// A boolean matrix an input, rows of keys as bits; a fault where the row of a query position is undefined. What depends on
/// the length only has one matrix for all inputs.
/// </summary>
internal abstract class SelectorSlot : Slot
{
    private EvaluationError?[] faults = [];
    private ulong[] bits = [];
    private int words;
    private int length;

    public int[] Widths { get; private set; } = [];

    public bool HasFaults { get; private set; }

    /// <summary>The row of a position among all inputs' positions.</summary>
    public int RowNumber(int position) => IsFixed ? position % length : position;

    public ReadOnlySpan<ulong> Row(int position) => bits.AsSpan(RowNumber(position) * words, words);

    public EvaluationError? Fault(int position) => HasFaults ? faults[RowNumber(position)] : null;

    protected override void Clear(BatchShape shape)
    {
        length = shape.Length;
        words = BitRows.Words(length);
        int rows = RowCount(shape);
        if (bits.Length < rows * words) bits = new ulong[rows * words];
        if (Widths.Length < rows) Widths = new int[rows];
        HasFaults = false;
    }

    protected int RowCount(BatchShape shape) => IsFixed ? shape.Length : shape.Positions;

    protected Span<ulong> Target(int row) => bits.AsSpan(row * words, words);

    protected void Fail(int row, EvaluationError fault)
    {
        if (!HasFaults)
        {
            if (faults.Length < Widths.Length) faults = new EvaluationError?[Widths.Length];
            else Array.Clear(faults);
        }

        HasFaults = true;
        faults[row] ??= fault;
    }

    protected void CountWidths(BatchShape shape)
    {
        for (int row = 0; row < RowCount(shape); row++) Widths[row] = BitRows.Count(Target(row));
    }
}

internal sealed class SelectSlot : SelectorSlot
{
    private readonly SOpSlot key;
    private readonly SOpSlot query;
    private readonly Comparison comparison;
    private readonly bool causal;
    private readonly Ranks ranks = new();

    public SelectSlot(SelectSelector selector, SOpSlot key, SOpSlot query, bool causal)
    {
        this.key = key;
        this.query = query;
        this.causal = causal;
        comparison = selector.Comparison;
        IsFixed = key.IsFixed && query.IsFixed;
    }

    protected override void Compute(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        int n = shape.Length;
        // A boolean compares as 0 or 1; the numbers of texts say only whether texts are equal.
        bool isDirect = key.Denominators is null && query.Denominators is null &&
            ((key.Kind != ValueKind.Text && query.Kind != ValueKind.Text) || (key.Kind == query.Kind && comparison is (Comparison.Equal or Comparison.NotEqual)));
        for (int first = 0; first < RowCount(shape); first += n)
        {
            ReadOnlySpan<long> keys = key.Numerators.AsSpan(first, n);
            ReadOnlySpan<long> queries = query.Numerators.AsSpan(first, n);
            if (!isDirect) ranks.Of(key, query, first, n, out keys, out queries);
            for (int q = 0; q < n; q++)
            {
                BitRows.Compare(comparison, keys, queries[q], Target(first + q));
                if (causal) BitRows.Truncate(Target(first + q), q + 1);
            }
        }

        if (key.HasFaults || query.HasFaults) TakeOverFaults(shape);
        CountWidths(shape);
    }

    private void TakeOverFaults(BatchShape shape)
    {
        int n = shape.Length;
        for (int row = 0; row < RowCount(shape); row++)
        {
            int q = row % n;
            if (query.Fault(row) is { } queryFault) Fail(row, queryFault);
            for (int k = 0; k < (causal ? q + 1 : n); k++)
            {
                if (key.Fault(row - q + k) is { } keyFault) Fail(row, keyFault);
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

    protected override void Compute(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        for (int row = 0; row < RowCount(shape); row++)
        {
            Span<ulong> target = Target(row);
            BitRows.Fill(target, causal ? (row % shape.Length) + 1 : shape.Length);
            ReadOnlySpan<ulong> source = operand.Row(row);
            for (int w = 0; w < target.Length; w++) target[w] &= ~source[w];
            if (operand.Fault(row) is { } fault) Fail(row, fault);
        }

        CountWidths(shape);
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

    protected override void Compute(ReadOnlySpan<Value> tokens, BatchShape shape)
    {
        for (int row = 0; row < RowCount(shape); row++)
        {
            Span<ulong> target = Target(row);
            ReadOnlySpan<ulong> a = left.Row(row);
            ReadOnlySpan<ulong> b = right.Row(row);
            for (int w = 0; w < target.Length; w++) target[w] = isAnd ? a[w] & b[w] : a[w] | b[w];
            if ((left.Fault(row) ?? right.Fault(row)) is { } fault) Fail(row, fault);
        }

        CountWidths(shape);
    }
}
