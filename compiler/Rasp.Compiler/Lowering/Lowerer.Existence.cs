using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Means that are only compared with the least or the greatest of their numbers.</summary>
internal sealed partial class Lowerer
{
    /// <summary>A key's score, <see cref="ScoreTerms.Penalty"/> for each 1 that its number is more, stays within what fp16 holds.</summary>
    private const int LargestExcess = 64;

    private readonly Dictionary<object, int> readers;
    private readonly ILookup<Selector, AggregateSOp> aggregates;
    private readonly HashSet<SOp> named;

    /// <summary>Whether nothing but one operator reads the mean, or looks for it by a name, and it needs a head of its own: others over its selector stand in other layers.</summary>
    private bool IsUnshared(AggregateSOp mean) =>
        readers.GetValueOrDefault(mean) == 1 && !named.Contains(mean) && aggregates[mean.Selector].All(other => other == mean || Reads(mean, other) || Reads(other, mean));

    private static bool Reads(AggregateSOp reader, AggregateSOp other) => ProgramGraph.Reachable([reader.Value]).Contains(other);

    /// <summary>
    /// A mean is more than the least of its numbers where one of them is. Keys' scores rise with the number: those with the largest alone have a
    /// weight, and all hold 1.
    /// <code>
    /// aggregate(s, x) > c → aggregate(s and select(x, c, >), 1) == 1        no x is below c
    /// </code>
    /// Null where it is another comparison, or a constant would draw the beginning's attention to keys.
    /// </summary>
    private Atom? Existence(ElementwiseSOp comparison)
    {
        int at = comparison.Operands[0] is AggregateSOp ? 0 : 1;
        if (!passes.Existence || comparison.Operands[at] is not AggregateSOp mean || comparison.Operands[1 - at] is not ConstantSOp { Value: Value limit }) return null;
        ImmutableArray<Value> numbers = domains.Everywhere(mean.Value);
        if (numbers.Length < 2 || !numbers.All(v => v.Number.IsInteger) || DomainAnalysis.EmptyValue(mean) != limit) return null;
        if (limit != numbers[0] && limit != numbers[^1]) return null;
        Rational largest = numbers[^1].Number - numbers[0].Number;

        // A key that is not selected lies below those that are by as much as a 1: a larger number would make up for it.
        if (largest > (domains.Selectors.Everywhere(mean.Selector) == Selection.Always ? LargestExcess : 1)) return null;
        if (domains.Selectors.SelectsAtMostOne(mean.Selector) || !IsUnshared(mean)) return null;
        LinearForm form = NeedLinear(mean.Value);
        if (form.Error > 0 || !form.Constant.IsInteger || !form.Terms.All(t => t.Weights.All(w => w.IsInteger))) return null;
        int sign = limit == numbers[0] ? 1 : -1;
        LinearForm excess = FromZero((form - new LinearForm(limit.Number, [])).Times(sign));
        if (excess.Constant > Rational.One) return null;
        AttentionVariable variable = Exists(mean, limit, excess, sign);
        Value other = Value.FromNumber(limit.Number + sign);
        ImmutableArray<Value?> results = [Result(limit), Result(other)];
        Dictionary<int, IReadOnlyList<AtomState>> known = [];
        return new Atom(LinearForm.Of(variable), [comparison], context =>
        {
            ValueSet set = domains.Of(variable.SOp, context);
            if (!known.TryGetValue(set.Id, out IReadOnlyList<AtomState>? states))
                known.Add(set.Id, states = [.. set.Values.Select(v => new AtomState(CodeRange.At(v.Number), [results[(int)v.Number.Numerator]]))]);
            return states;
        });

        Value? Result(Value value) =>
            ElementwiseEvaluation.TryApply(comparison, at == 0 ? [value, limit] : [limit, value], out Value result, out _) ? result : (Value?)null;
    }

    /// <summary>The same number from weights of which the least is 0, so that no key has a score from a constant: the beginning is to attend to itself.</summary>
    private static LinearForm FromZero(LinearForm form)
    {
        ImmutableArray<(LinearTerm Term, Rational Least)> terms =
            [.. form.Terms.Select(t => (t, t.Variable.Encoding == VariableEncoding.OneHot ? t.Weights.Min() : Rational.Zero))];
        return new LinearForm(
            terms.Aggregate(form.Constant, (sum, t) => sum + t.Least), [.. terms.Select(t => t.Term with { Weights = [.. t.Term.Weights.Select(w => w - t.Least)] })]);
    }

    /// <summary>1 where a selected key's <paramref name="excess"/> is 1 or more, else 0.</summary>
    private AttentionVariable Exists(AggregateSOp mean, Value limit, LinearForm excess, int sign)
    {
        Selector more = graph.Select(mean.Value, graph.Constant(limit, SOpType.Int, mean.Span), sign > 0 ? Comparison.Greater : Comparison.Less, mean.Span);
        AggregateSOp exists = (AggregateSOp)graph.Aggregate(
            graph.And(mean.Selector, more, mean.Span), graph.Constant(1, SOpType.Int, mean.Span), Value.FromNumber(Rational.Zero), SOpType.Int, mean.Span);
        if (moved.TryGetValue(exists, out AttentionVariable? known)) return known;
        Selector normal = selectors.WithoutNot(mean.Selector);
        Head head = HeadFor(
            exists.Selector, [.. Terms(normal, selectsOne: false), .. ScoreTerms.Excess(excess)], -SinglePrecision.ZeroWeightGap, []);
        LinearForm one = new(Rational.One, []);
        AttentionPart part = new(exists, head, new MovedValue(one, null, Value.FromNumber(Rational.Zero)), null, Rational.One);
        AttentionVariable variable = AttentionVariable.Scalar(exists, domains.Everywhere(exists), part, MeanError(exists, one));
        moved.Add(exists, variable);
        return variable;
    }
}
