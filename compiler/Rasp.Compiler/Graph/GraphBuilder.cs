using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Format;

namespace Rasp.Compiler.Graph;

/// <summary>
/// Makes graph nodes and returns the same object for the same expression, so that common sub-expressions are shared
/// from the start. The caller is responsible for types: nothing is checked here.
/// </summary>
public sealed class GraphBuilder
{
    // Expressions are told apart by their operands' ids, which must differ where nodes of several builders meet.
    internal const int DomainNodes = 1 << 29;
    internal const int LoweredNodes = 1 << 30;

    private readonly Dictionary<object, SOp> sops = [];
    private readonly Dictionary<object, Selector> selectors = [];
    private int nextId;

    public GraphBuilder()
    {
    }

    /// <summary>A builder whose nodes read those of others.</summary>
    internal GraphBuilder(int firstId) => nextId = firstId;

    public SOp Tokens(SOpType type, SourceSpan span) =>
        Intern(("tokens", type), id => new TokensSOp(id, type, span));

    public SOp Indices(SourceSpan span) => Intern("indices", id => new IndicesSOp(id, span));

    public SOp Constant(Value value, SOpType type, SourceSpan span) =>
        Intern((value, type), id => new ConstantSOp(id, type, span, value));

    public SOp Elementwise(
        ElementwiseOperator op, SOpType type, SourceSpan span, ImmutableArray<SOp> operands, LookupTable? table = null) =>
        Intern(
            (op, type, string.Join(',', operands.Select(o => o.Id)), table),
            id => new ElementwiseSOp(id, type, span, op, operands, table));

    public SOp Aggregate(Selector selector, SOp value, Value? @default, SOpType type, SourceSpan span) =>
        Intern((selector, value, @default, type), id => new AggregateSOp(id, type, span, selector, value, @default));

    public SOp SelectorWidth(Selector selector, SourceSpan span) =>
        Intern(("width", selector), id => new SelectorWidthSOp(id, span, selector));

    public Selector Select(SOp key, SOp query, Comparison comparison, SourceSpan span) =>
        Intern((key, query, comparison), id => new SelectSelector(id, span, key, query, comparison));

    public Selector Not(Selector operand, SourceSpan span) =>
        Intern(operand, id => new NotSelector(id, span, operand));

    public Selector And(Selector left, Selector right, SourceSpan span) =>
        Intern(("and", left, right), id => new AndSelector(id, span, left, right));

    public Selector Or(Selector left, Selector right, SourceSpan span) =>
        Intern(("or", left, right), id => new OrSelector(id, span, left, right));

    private SOp Intern(object key, Func<int, SOp> create)
    {
        if (sops.TryGetValue(key, out SOp? node)) return node;
        node = create(nextId++);
        sops.Add(key, node);
        return node;
    }

    private Selector Intern(object key, Func<int, Selector> create)
    {
        if (selectors.TryGetValue(key, out Selector? node)) return node;
        node = create(nextId++);
        selectors.Add(key, node);
        return node;
    }
}
