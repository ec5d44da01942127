using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>
/// S-ops in the order of evaluation with room for their values. Each node is evaluated once a batch of inputs; what depends
/// on the inputs' length only is kept from one batch to the next. Not for concurrent use.
/// </summary>
public sealed class EvaluationPlan
{
    // Beyond this many different texts those of earlier inputs are forgotten.
    private const int MaxTexts = 200_000;

    private readonly Dictionary<SOp, SOpSlot> sopSlots = [];
    private readonly Dictionary<Selector, SelectorSlot> selectorSlots = [];
    private readonly List<Slot> order = [];
    private readonly TextPool texts = new();
    private readonly SOpSlot[] roots;
    private readonly bool causal;
    private BatchShape shape;

    internal EvaluationPlan(ImmutableArray<SOp> sops, bool causal)
    {
        this.causal = causal;
        foreach (object node in ProgramGraph.Reachable(sops)) Add(node);
        roots = [.. sops.Select(s => sopSlots[s])];
        SOps = [.. sopSlots.Keys];
    }

    /// <summary>The requested s-ops and everything they read; operands stand before what reads them.</summary>
    public ImmutableArray<SOp> SOps { get; }

    /// <summary>The values of one s-op on the last inputs, one a position, input after input; the number 0 where it has none.</summary>
    public Value[] this[SOp sop]
    {
        get
        {
            SOpSlot slot = sopSlots[sop];
            Value[] values = new Value[shape.Positions];
            for (int i = 0; i < values.Length; i++) values[i] = slot[i];
            return values;
        }
    }

    /// <summary>The cells [query · length + key] of a selector on the last inputs, input after input.</summary>
    public bool[] this[Selector selector]
    {
        get
        {
            SelectorSlot slot = selectorSlots[selector];
            bool[] cells = new bool[shape.Positions * shape.Length];
            for (int i = 0; i < cells.Length; i++)
            {
                int key = i % shape.Length;
                cells[i] = (slot.Row(i / shape.Length)[key / 64] >> (key % 64) & 1) != 0;
            }

            return cells;
        }
    }

    /// <summary>Evaluates one input; false with the first error where a requested s-op is undefined at some position.</summary>
    public bool TryEvaluate(ReadOnlySpan<Value> tokens, out EvaluationError? error)
    {
        Evaluate(tokens, 1);
        error = Error(0);
        return error is null;
    }

    /// <summary>Evaluates <paramref name="count"/> inputs of one length, whose tokens stand one input after the other.</summary>
    public void Evaluate(ReadOnlySpan<Value> tokens, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (tokens.Length % count != 0) throw new ArgumentException($"{tokens.Length} tokens are not {count} inputs of one length", nameof(tokens));
        shape = new BatchShape(count, tokens.Length / count);
        if (texts.Count > MaxTexts)
        {
            foreach (Slot slot in order) slot.Forget();
            texts.Clear();
        }

        foreach (Slot slot in order) slot.Evaluate(tokens, shape);
    }

    /// <summary>Why a requested s-op is undefined on one of the last inputs; null where all are defined.</summary>
    public EvaluationError? Error(int input)
    {
        foreach (SOpSlot root in roots)
        {
            if (root.FirstFault(input * shape.Length, (input + 1) * shape.Length) is { } fault) return fault;
        }

        return null;
    }

    private void Add(object node)
    {
        Slot slot = node switch
        {
            TokensSOp s => new TokensSlot(s, texts),
            IndicesSOp s => new IndicesSlot(s, texts),
            ConstantSOp s => new ConstantSlot(s, texts),
            ElementwiseSOp s => new ElementwiseSlot(s, [.. s.Operands.Select(o => sopSlots[o])], texts),
            AggregateSOp s => new AggregateSlot(s, selectorSlots[s.Selector], sopSlots[s.Value], texts, causal),
            SelectorWidthSOp s => new SelectorWidthSlot(s, selectorSlots[s.Selector], texts),
            SelectSelector s => new SelectSlot(s, sopSlots[s.Key], sopSlots[s.Query], causal),
            NotSelector s => new NotSlot(selectorSlots[s.Operand], causal),
            AndSelector s => new CombinedSlot(selectorSlots[s.Left], selectorSlots[s.Right], isAnd: true),
            OrSelector s => new CombinedSlot(selectorSlots[s.Left], selectorSlots[s.Right], isAnd: false),
            _ => throw new ArgumentOutOfRangeException(nameof(node), node.GetType().Name, null),
        };
        order.Add(slot);
        if (slot is SOpSlot values) sopSlots.Add((SOp)node, values);
        else if (slot is SelectorSlot cells) selectorSlots.Add((Selector)node, cells);
    }
}
