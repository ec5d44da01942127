using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Optimisation;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// The export as a reading of the residual stream: the digits of one of its values (text), or a number among
/// <see cref="Codes"/>, one a value.
/// </summary>
internal sealed record LoweredOutput(
    NamedSOp Export, OutputDigits? Digits, LinearForm? Number, ImmutableArray<Value> Values, ImmutableArray<Rational> Codes)
{
    public IEnumerable<Variable> Reads => (Digits?.Readings.Select(r => r.Variable).OfType<Variable>() ?? []).Concat(Number?.Reads ?? []);
}

/// <summary>
/// Turns s-ops into variables of the residual stream, on demand from the export: what nothing reads is never made.
/// Attention and MLP blocks are put at the earliest site that what they read allows, so depth is the attention depth
/// wherever the elementwise work between two attentions fits one MLP.
/// </summary>
internal sealed partial class Lowerer
{
    private readonly DomainAnalysis domains;
    private readonly GraphBuilder graph = new(GraphBuilder.LoweredNodes);
    private readonly SelectorNormalForm selectors;
    private readonly EmbeddingVariable tokens;
    private readonly EmbeddingVariable indices;
    private readonly Dictionary<SOp, Variable> oneHot = [];
    private readonly Dictionary<SOp, Variable> scalar = [];
    private readonly List<Variable> kept = [];
    private readonly Selector latest;
    private readonly Passes passes;

    /// <summary>For exports of which <paramref name="nodes"/> are what they read, and s-ops that the program names.</summary>
    public Lowerer(DomainAnalysis domains, ImmutableArray<Value> vocabulary, Passes passes, ImmutableArray<object> nodes, IEnumerable<SOp> named)
    {
        this.named = [.. named];
        readers = nodes.SelectMany(n => ProgramGraph.Operands(n).Distinct()).GroupBy(o => o).ToDictionary(g => g.Key, g => g.Count());
        aggregates = nodes.OfType<AggregateSOp>().ToLookup(a => a.Selector);
        this.domains = domains;
        this.passes = passes;
        selectors = new SelectorNormalForm(graph, domains.Selectors);
        tokens = new EmbeddingVariable(graph.Tokens(SOpType.String, default), vocabulary);
        indices = new EmbeddingVariable(
            graph.Indices(default), [.. Enumerable.Range(0, domains.Space.MaxLength).Select(i => (Value)i)]);
        latest = LatestSelector();
    }

    /// <summary>Variables that nothing may read any more, since the same heads write them packed with others.</summary>
    public IReadOnlyList<Variable> Kept => kept;

    /// <exception cref="DomainLimitException">An expression needs more values, steps or precision than there are.</exception>
    public LoweredOutput Lower(NamedSOp named)
    {
        SOp export = named.SOp;
        ImmutableArray<Value> values = domains.Everywhere(export);
        LinearForm? number = export.Type == SOpType.String ? null : OutputNumber(export, SmallestGap(values));
        return number is null
            ? new LoweredOutput(named, Joined(export, values) ?? OutputDigits.Of(NeedView(export), values), null, values, [])
            : new LoweredOutput(named, null, number, values, [.. values.Select(v => v.Number)]);
    }

    /// <summary>
    /// Text from which the classes of the variables that it depends on follow needs no MLP: the logits read those variables.
    /// <code>
    /// tokens + shift(tokens, 1, "_") → digits of tokens, digits of shift(tokens, 1, "_")
    /// </code>
    /// Null where different combinations give the same text.
    /// </summary>
    private OutputDigits? Joined(SOp export, ImmutableArray<Value> values)
    {
        if (View(export) is not null) return null;
        ImmutableArray<Atom> atoms = Atoms(export);
        if (!atoms.All(a => a.Reading is { Terms: [{ Variable.Encoding: VariableEncoding.OneHot }] } && a.CodesAt is null)) return null;
        if (Tabulate(export, atoms, CompileLimits.Values, _ => { }) is not { } function || function.Count != values.Length) return null;
        Dictionary<Value, ImmutableArray<int>> numbers = [];
        foreach ((ImmutableArray<CodeRange> codes, (Value value, _)) in function)
            if (!numbers.TryAdd(value, [.. codes.Select(c => (int)c.Low.Numerator)])) return null;
        return OutputDigits.Of(
            [.. atoms.Select(a => (a.Reading.Terms[0].Variable, a.Reading.Terms[0].Weights.Select(w => (int)w.Numerator).ToImmutableArray()))],
            [.. values.Select(v => numbers[v])]);
    }

    /// <summary>The export as a number; null where single precision does not tell its values apart, but does the digits of their ranks.</summary>
    private LinearForm? OutputNumber(SOp export, double gap)
    {
        try
        {
            LinearForm number = Precise(export, gap);
            return number.Error >= gap / 2 && View(export) is not null ? null : number;
        }
        catch (PrecisionLimitException)
        {
            return null;
        }
    }

    /// <summary>Every value the s-op can take, ascending.</summary>
    public ImmutableArray<Value> Values(SOp sop) => domains.Everywhere(sop);

    /// <summary>How an s-op that needs no columns of its own can be read, if it can: for the manifest.</summary>
    public (OneHotView? OneHot, LinearForm? Number) ReadingOf(SOp sop) =>
        View(sop) is OneHotView view ? (view, null) : (null, ExistingLinear(sop));

    private Selector LatestSelector()
    {
        SOp one = graph.Constant(Value.FromNumber(Rational.One), SOpType.Int, default);
        SOp length = graph.SelectorWidth(graph.Select(one, one, Comparison.Equal, default), default);
        return graph.Select(
            indices.SOp, graph.Elementwise(ElementwiseOperator.Subtract, SOpType.Int, default, [length, one]), Comparison.Equal, default);
    }
}
