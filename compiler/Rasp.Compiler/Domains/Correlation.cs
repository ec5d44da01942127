using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>
/// Elementwise expressions whose operands depend on the same things (<c>a - a</c>, <c>x if x > 0 else 0</c>): evaluated for
/// every combination of what they depend on, the token, aggregates and widths, as long as that is little work.
/// </summary>
internal sealed class Correlation(DomainAnalysis domains, ValueSetPool pool)
{
    private const int MostSources = 4;

    private const int MostNodes = 64;

    private const long MostEvaluations = 200_000;

    // What is left for the whole program: beyond it operands count as independent.
    private double evaluations = 20_000_000;

    private TokensSOp? token;

    private readonly Dictionary<SOp, IReadOnlySet<SOp>?> sources = [];

    /// <summary>The exact domain; null where the operands are independent, or there is too much to evaluate.</summary>
    public SOpDomain? TryOf(ElementwiseSOp e)
    {
        if (Sources(e) is not { Count: > 0 } all || !SharesSource(e)) return null;
        SOp[] leaves = [.. all.OrderBy(s => s.Id).ThenBy(s => s.Type)];
        if (Expression(e, all) is not { } nodes) return null;
        SOpDomain[] read = [.. leaves.Where(l => l is not TokensSOp).Select(domains.Analyse)];
        SOp[] indices = [.. nodes.Where(n => n is IndicesSOp)];
        if (indices.Length > 0) read = [.. read, domains.Analyse(indices[0])];
        double work = Work(leaves, read, nodes.Length);
        if (work > Math.Min(MostEvaluations, evaluations)) return null;
        evaluations -= work;
        return SOpDomain.Of(domains.Space.Count, read, c => pool.Create(Image(nodes, leaves, c)));
    }

    /// <summary>What an expression depends on that can take several values at one place; null for more than <see cref="MostSources"/>. All forms of the token are one.</summary>
    private IReadOnlySet<SOp>? Sources(SOp sop)
    {
        if (sources.TryGetValue(sop, out IReadOnlySet<SOp>? known)) return known;
        HashSet<SOp>? found = [];
        switch (sop)
        {
            case TokensSOp t:
                found.Add(token ??= t);
                break;
            case AggregateSOp or SelectorWidthSOp:
                found.Add(sop);
                break;
            case ElementwiseSOp e:
                foreach (SOp operand in e.Operands)
                {
                    if (found is null || Sources(operand) is not { } own)
                    {
                        found = null;
                        break;
                    }

                    found.UnionWith(own);
                }

                break;
        }

        if (found?.Count > MostSources) found = null;
        sources.Add(sop, found);
        return found;
    }

    private bool SharesSource(ElementwiseSOp e)
    {
        HashSet<SOp> seen = [];
        foreach (SOp operand in e.Operands)
            foreach (SOp source in Sources(operand) ?? new HashSet<SOp>())
                if (!seen.Add(source) && (source is TokensSOp || domains.Analyse(source).LargestSet > 1)) return true;
        return false;
    }

    /// <summary>The expression down to its sources, operands first; null where it is large.</summary>
    private static SOp[]? Expression(SOp root, IReadOnlySet<SOp> leaves)
    {
        HashSet<SOp> seen = [root];
        Stack<SOp> open = new([root]);
        while (open.TryPop(out SOp? node))
        {
            if (leaves.Contains(node) || node is not ElementwiseSOp e) continue;
            foreach (SOp operand in e.Operands)
                if (seen.Add(operand)) open.Push(operand);
            if (seen.Count > MostNodes) return null;
        }

        return Ordered(root, seen);
    }

    private static SOp[] Ordered(SOp root, HashSet<SOp> among)
    {
        List<SOp> order = [];
        HashSet<SOp> done = [];
        Visit(root);
        return [.. order];

        void Visit(SOp node)
        {
            if (!among.Contains(node) || !done.Add(node)) return;
            if (node is ElementwiseSOp e)
                foreach (SOp operand in e.Operands) Visit(operand);
            order.Add(node);
        }
    }

    /// <summary>A bound of the evaluations: combinations of sets, times the values in each, times the nodes.</summary>
    private double Work(SOp[] leaves, SOpDomain[] read, int nodes)
    {
        double combinations = read.Aggregate(1.0, (product, d) => product * d.Sets.Length);
        double values = leaves.Aggregate(1.0, (product, l) => product * (l is TokensSOp ? domains.Vocabulary.Length : domains.Analyse(l).LargestSet));
        return Math.Min(combinations, domains.Space.Count) * values * nodes;
    }

    private HashSet<Value> Image(SOp[] nodes, SOp[] leaves, int context)
    {
        Value?[] held = new Value?[nodes.Length];
        Dictionary<SOp, int> slot = [];
        for (int i = 0; i < nodes.Length; i++) slot.Add(nodes[i], i);
        Value position = domains.Space.Position(context);
        HashSet<Value> image = [];
        Combine(0, default);
        return image;

        void Combine(int leaf, Value token)
        {
            if (leaf == leaves.Length)
            {
                if (Evaluate(token) is Value value) image.Add(value);
            }
            else if (leaves[leaf] is TokensSOp)
            {
                foreach (Value possible in domains.Vocabulary) Combine(leaf + 1, possible);
            }
            else
            {
                foreach (Value possible in domains.Of(leaves[leaf], context).Values)
                {
                    held[slot[leaves[leaf]]] = possible;
                    Combine(leaf + 1, token);
                }
            }
        }

        Value? Evaluate(Value token)
        {
            for (int i = 0; i < nodes.Length; i++)
            {
                switch (nodes[i])
                {
                    case ConstantSOp c: held[i] = c.Value; break;
                    case IndicesSOp: held[i] = position; break;
                    case TokensSOp t: held[i] = t.Convert(token); break;
                    case ElementwiseSOp e: held[i] = Apply(e); break;
                }
            }

            return held[^1];
        }

        Value? Apply(ElementwiseSOp e)
        {
            if (e.Operator == ElementwiseOperator.Conditional)
                return held[slot[e.Operands[0]]] is Value condition ? held[slot[e.Operands[condition.IsTrue ? 1 : 2]]] : null;
            Value[] arguments = new Value[e.Operands.Length];
            for (int o = 0; o < arguments.Length; o++)
            {
                if (held[slot[e.Operands[o]]] is not Value argument) return null;
                arguments[o] = argument;
            }

            return ElementwiseEvaluation.TryApply(e, arguments, out Value result, out _) ? result : (Value?)null;
        }
    }
}
