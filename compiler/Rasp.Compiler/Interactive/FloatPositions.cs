using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Interpretation;
using Rasp.Format;

namespace Rasp.Compiler.Interactive;

/// <summary>
/// Where a number is a float on one input, as the original interpreter's dynamic types have it. The static type says
/// whether a float can occur; a mean over one position gives the value there, which may be an int.
/// </summary>
internal sealed class FloatPositions
{
    private readonly GraphBuilder graph;
    private readonly int length;
    private readonly IReadOnlyDictionary<SOp, ImmutableArray<Value>> values;
    private readonly Dictionary<SOp, bool[]> floats = [];

    private FloatPositions(GraphBuilder graph, int length, IReadOnlyDictionary<SOp, ImmutableArray<Value>> values)
    {
        this.graph = graph;
        this.length = length;
        this.values = values;
    }

    /// <summary>One flag a position of <paramref name="sop"/>.</summary>
    public static ImmutableArray<bool> Of(SOp sop, ImmutableArray<Value> tokens, ImmutableArray<Value> results, GraphBuilder graph)
    {
        if (sop.Type != SOpType.Float) return [.. new bool[results.Length]];
        if (!results.Any(v => v.Number.IsInteger)) return [.. results.Select(_ => true)];

        ImmutableArray<SOp> nodes = [.. ProgramGraph.Reachable([sop]).OfType<SOp>()];
        IEnumerable<SOp> selections = nodes.OfType<AggregateSOp>().SelectMany(a => new[] { Width(a, graph), Selected(a, graph) });
        Evaluation evaluation = new Interpreter(causal: false).Evaluate(tokens, [.. nodes, .. selections]);
        FloatPositions positions = new(graph, tokens.Length, evaluation.Values);
        foreach (SOp node in nodes) positions.Add(node);
        return [.. positions.floats[sop]];
    }

    private static SOp Width(AggregateSOp a, GraphBuilder graph) => graph.SelectorWidth(a.Selector, a.Span);

    /// <summary>The position that is selected, wherever it is the only one: the mean of the indices.</summary>
    private static SOp Selected(AggregateSOp a, GraphBuilder graph) =>
        graph.Aggregate(a.Selector, graph.Indices(SourceSpan.None), null, SOpType.Float, a.Span);

    private void Add(SOp node)
    {
        bool[] result = new bool[length];
        if (node.Type == SOpType.Float)
        {
            for (int i = 0; i < length; i++) result[i] = IsFloat(node, i);
        }

        floats.Add(node, result);
    }

    private bool IsFloat(SOp node, int i) => node switch
    {
        AggregateSOp a => IsMean(a, i),
        ElementwiseSOp { Operator: ElementwiseOperator.Negate } e => floats[e.Operands[0]][i],
        ElementwiseSOp { Operator: ElementwiseOperator.Conditional } e => floats[e.Operands[values[e.Operands[0]][i].IsTrue ? 1 : 2]][i],
        ElementwiseSOp { Operator: ElementwiseOperator.Power } e =>
            floats[e.Operands[0]][i] || floats[e.Operands[1]][i] || values[e.Operands[1]][i].Number.Sign < 0,
        ElementwiseSOp { Operator: ElementwiseOperator.Divide or ElementwiseOperator.Lookup } => true,
        ElementwiseSOp e => e.Operands.Any(o => floats[o][i]),
        _ => true,
    };

    private bool IsMean(AggregateSOp a, int i)
    {
        long width = values[Width(a, graph)][i].Number.Numerator;
        if (width > 1) return true;

        // Whether a default was written as 1 or 1.0 is not known any more.
        if (width == 0) return a.Default is { } value && !value.Number.IsInteger;
        return floats[a.Value][(int)values[Selected(a, graph)][i].Number.Numerator];
    }
}
