using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>
/// S-ops in the order of evaluation with room for their values. Each node is evaluated once an input; what depends on
/// the input's length only is kept from one input to the next. Not for concurrent use.
/// </summary>
public sealed class EvaluationPlan
{
    private readonly Dictionary<SOp, SOpSlot> sopSlots = [];
    private readonly Dictionary<Selector, SelectorSlot> selectorSlots = [];
    private readonly List<Slot> order = [];
    private readonly SOpSlot[] roots;
    private readonly bool causal;
    private int length;

    internal EvaluationPlan(ImmutableArray<SOp> sops, bool causal)
    {
        this.causal = causal;
        foreach (object node in ProgramGraph.Reachable(sops)) Add(node);
        roots = [.. sops.Select(s => sopSlots[s])];
        SOps = [.. sopSlots.Keys];
    }

    /// <summary>The requested s-ops and everything they read; operands stand before what reads them.</summary>
    public ImmutableArray<SOp> SOps { get; }

    /// <summary>The values of one s-op on the last input, one a position; valid until the next evaluation.</summary>
    public ReadOnlySpan<Value> this[SOp sop] => sopSlots[sop].Values.AsSpan(0, length);

    /// <summary>The cells [query · length + key] of a selector on the last input; valid until the next evaluation.</summary>
    public ReadOnlySpan<bool> this[Selector selector] => selectorSlots[selector].Cells.AsSpan(0, length * length);

    /// <summary>Evaluates one input; false with the first error where a requested s-op is undefined at some position.</summary>
    public bool TryEvaluate(ReadOnlySpan<Value> tokens, out EvaluationError? error)
    {
        length = tokens.Length;
        foreach (Slot slot in order) slot.Evaluate(tokens);
        foreach (SOpSlot root in roots)
        {
            if (root.FirstFault(length) is not { } fault) continue;
            error = fault;
            return false;
        }

        error = null;
        return true;
    }

    private void Add(object node)
    {
        Slot slot = node switch
        {
            TokensSOp s => new TokensSlot(s),
            IndicesSOp s => new IndicesSlot(s),
            ConstantSOp s => new ConstantSlot(s),
            ElementwiseSOp s => new ElementwiseSlot(s, [.. s.Operands.Select(o => sopSlots[o])]),
            AggregateSOp s => new AggregateSlot(s, selectorSlots[s.Selector], sopSlots[s.Value], causal),
            SelectorWidthSOp s => new SelectorWidthSlot(s, selectorSlots[s.Selector]),
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
