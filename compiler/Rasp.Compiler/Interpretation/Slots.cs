using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>One node of the graph with room for its result on one input.</summary>
internal abstract class Slot
{
    private int evaluatedLength = -1;

    /// <summary>Whether the result depends on the input's length only.</summary>
    public bool IsFixed { get; protected init; }

    public void Evaluate(ReadOnlySpan<Value> tokens)
    {
        if (IsFixed && evaluatedLength == tokens.Length) return;
        evaluatedLength = tokens.Length;
        Clear(tokens.Length);
        Compute(tokens);
    }

    /// <summary>Makes room for an input of length n and forgets the errors of the last one.</summary>
    protected abstract void Clear(int n);

    protected abstract void Compute(ReadOnlySpan<Value> tokens);
}

/// <summary>One value a position; a fault where there is none.</summary>
internal abstract class SOpSlot(SOp sop) : Slot
{
    private EvaluationError?[]? faults;

    public Value[] Values { get; private set; } = [];

    public bool HasFaults { get; private set; }

    protected SOp SOp { get; } = sop;

    public EvaluationError? Fault(int position) => HasFaults ? faults?[position] : null;

    public EvaluationError? FirstFault(int n)
    {
        for (int i = 0; HasFaults && i < n; i++)
        {
            if (faults?[i] is { } fault) return fault;
        }

        return null;
    }

    protected override void Clear(int n)
    {
        if (Values.Length < n) Values = new Value[n];
        HasFaults = false;
    }

    protected void Fail(int position, string message) => Fail(position, new EvaluationError(SOp.Span, position, message));

    protected void Fail(int position, EvaluationError fault)
    {
        if (!HasFaults) faults = new EvaluationError?[Values.Length];
        HasFaults = true;
        if (faults is not null) faults[position] = fault;
        Values[position] = default;
    }
}

/// <summary>A boolean matrix; a fault where the row of a query position is undefined.</summary>
internal abstract class SelectorSlot : Slot
{
    private EvaluationError?[]? faults;

    /// <summary>[query · n + key].</summary>
    public bool[] Cells { get; private set; } = [];

    /// <summary>How many keys each query selects.</summary>
    public int[] Widths { get; private set; } = [];

    public bool HasFaults { get; private set; }

    public EvaluationError? Fault(int query) => HasFaults ? faults?[query] : null;

    protected override void Clear(int n)
    {
        if (Widths.Length < n) (Cells, Widths) = (new bool[n * n], new int[n]);
        HasFaults = false;
    }

    protected void Fail(int query, EvaluationError fault)
    {
        if (!HasFaults) faults = new EvaluationError?[Widths.Length];
        HasFaults = true;
        if (faults is not null) faults[query] ??= fault;
    }

    protected void CountWidths(int n)
    {
        for (int q = 0; q < n; q++)
        {
            int width = 0;
            foreach (bool isSelected in Cells.AsSpan(q * n, n)) width += isSelected ? 1 : 0;
            Widths[q] = width;
        }
    }
}
