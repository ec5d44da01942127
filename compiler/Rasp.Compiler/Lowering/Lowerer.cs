using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// The export as a reading of the residual stream: one-hot (text), or a number among <see cref="Codes"/>, one a value.
/// </summary>
internal sealed record LoweredOutput(
    NamedSOp Export, OneHotView? OneHot, LinearForm? Number, ImmutableArray<Value> Values, ImmutableArray<Rational> Codes)
{
    public IEnumerable<Variable> Reads => (OneHot?.Reads ?? []).Concat(Number?.Reads ?? []);
}

/// <summary>
/// Turns s-ops into variables of the residual stream, on demand from the export: what nothing reads is never made.
/// Attention and MLP blocks are put at the earliest site that what they read allows, so depth is the attention depth
/// wherever the elementwise work between two attentions fits one MLP.
/// </summary>
internal sealed partial class Lowerer
{
    private readonly DomainAnalysis domains;
    private readonly GraphBuilder graph = new();
    private readonly SelectorNormalForm selectors;
    private readonly EmbeddingVariable tokens;
    private readonly EmbeddingVariable indices;
    private readonly Dictionary<SOp, Variable> oneHot = [];
    private readonly Dictionary<SOp, Variable> scalar = [];

    public Lowerer(DomainAnalysis domains, ImmutableArray<Value> vocabulary)
    {
        this.domains = domains;
        selectors = new SelectorNormalForm(graph, domains.Selectors);
        tokens = new EmbeddingVariable(graph.Tokens(SOpType.String, default), vocabulary);
        indices = new EmbeddingVariable(
            graph.Indices(default), [.. Enumerable.Range(0, domains.Space.MaxLength).Select(i => (Value)i)]);
    }

    /// <exception cref="DomainLimitException">An expression needs more values, steps or precision than there are.</exception>
    public LoweredOutput Lower(NamedSOp named)
    {
        SOp export = named.SOp;
        ImmutableArray<Value> values = domains.Everywhere(export);
        if (export.Type == SOpType.String) return new LoweredOutput(named, NeedView(export), null, values, []);
        if (export is SelectorWidthSOp width && View(width) is null && selectors.WidthParts(width).Length == 1)
        {
            AttentionVariable counted = CountedWidth(width);
            return new LoweredOutput(named, null, LinearForm.Of(counted), counted.Values, counted.Codes);
        }

        return new LoweredOutput(named, null, NeedLinear(export), values, [.. values.Select(v => v.Number)]);
    }

    /// <summary>Every value the s-op can take, ascending.</summary>
    public ImmutableArray<Value> Values(SOp sop) => domains.Everywhere(sop);

    /// <summary>How an s-op that needs no columns of its own can be read, if it can: for the manifest.</summary>
    public (OneHotView? OneHot, LinearForm? Number) ReadingOf(SOp sop) =>
        View(sop) is OneHotView view ? (view, null) : (null, ExistingLinear(sop));
}
