using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>
/// What elementwise operators can give: exactly, where operands that depend on the same things can be followed back to
/// them (<see cref="Correlation"/>), and else as if the operands were independent.
/// </summary>
internal sealed class ElementwiseDomain(DomainAnalysis domains, ValueSetPool pool, Func<long, bool> spend)
{
    /// <summary>From how many combinations on sums are formed of whole numbers on a grid.</summary>
    private const int FewCombinations = 500;

    private readonly Correlation correlation = new(domains, pool);

    public SOpDomain Of(ElementwiseSOp e)
    {
        if (domains.Means.Of(e) is AggregateSOp mean) return domains.Analyse(mean);
        if (correlation.TryOf(e) is SOpDomain exact) return exact;
        SOpDomain[] operands = [.. e.Operands.Select(domains.Analyse)];
        return SOpDomain.Of(domains.Space.Count, operands, c => Image(e, [.. operands.Select(o => o[c])]));
    }

    /// <summary>The operator's values over the product of the operands' sets; undefined combinations give none.</summary>
    private ValueSet Image(ElementwiseSOp e, ValueSet[] operands)
    {
        if (e.Operator == ElementwiseOperator.Conditional) return Either(operands);
        if (operands.Any(o => o.Count == 0)) return pool.Empty;
        if (Comparison(e.Operator) is Comparison comparison) return Truth(ValueSet.Compare(comparison, operands[0], operands[1]));
        long combinations = operands.Aggregate(1L, (product, o) => Math.Min(product, long.MaxValue / 1_000_000) * o.Count);
        if (combinations > FewCombinations && Sums(e, operands) is ValueSet sums) return sums;
        if (combinations > CompileLimits.Combinations) throw CompileLimits.TooManyCombinations(e, combinations);
        if (!spend(combinations)) throw CompileLimits.TooManySteps(e);
        if (combinations == 1)
            return ElementwiseEvaluation.TryApply(e, [.. operands.Select(o => o.Values[0])], out Value single, out _) ? pool.Single(single) : pool.Empty;
        HashSet<Value> image = [];
        Fill(e, operands, 0, new Value[operands.Length], image);
        return pool.Create(image);
    }

    private static void Fill(ElementwiseSOp e, ValueSet[] operands, int operand, Value[] arguments, HashSet<Value> image)
    {
        foreach (Value value in operands[operand].Values)
        {
            arguments[operand] = value;
            if (operand < operands.Length - 1)
                Fill(e, operands, operand + 1, arguments, image);
            else if (ElementwiseEvaluation.TryApply(e, arguments, out Value result, out _) && image.Add(result) && image.Count > CompileLimits.Values)
                throw CompileLimits.TooManyValues(e);
        }
    }

    /// <summary>Only the chosen operand counts: the other may be undefined.</summary>
    private ValueSet Either(ValueSet[] operands)
    {
        bool some = operands[0].Contains(Value.True);
        bool none = operands[0].Contains(Value.False);
        if (some && none && operands[1] != operands[2]) return pool.Create(operands[1].Values.Concat(operands[2].Values));
        return some ? operands[1] : none ? operands[2] : pool.Empty;
    }

    private ValueSet Truth(Selection selection) => selection switch
    {
        Selection.Always => pool.Single(Value.True),
        Selection.Never => pool.Single(Value.False),
        _ => pool.OfSorted([Value.False, Value.True]),
    };

    /// <summary>
    /// Sums and differences of many numbers, as sums of whole numbers.
    /// <code>
    /// {a + b} → o + u·({i} + {j})        a = oₐ + u·i, b = o_b + u·j, o = oₐ + o_b
    /// </code>
    /// </summary>
    private ValueSet? Sums(ElementwiseSOp e, ValueSet[] operands)
    {
        if (!e.IsNumeric || e.Operator is not (ElementwiseOperator.Add or ElementwiseOperator.Subtract)) return null;
        try
        {
            Rational sign = e.Operator == ElementwiseOperator.Add ? 1 : -1;
            Rational[] left = [.. operands[0].Values.Select(v => v.Number)];
            Rational[] right = [.. operands[1].Values.Select(v => sign * v.Number)];
            (Rational a, Rational b) = (left.Min(), right.Min());
            NumberGrid grid = NumberGrid.Of([.. left.Select(v => v - a), .. right.Select(v => v - b)]);
            long[] steps = [.. left.Select(v => grid.Index(v - a))];
            long[] others = [.. right.Select(v => grid.Index(v - b)).Order()];
            if (steps.Length > others.Length) (steps, others) = (others, steps);
            if (!spend((long)steps.Length * others.Length / CompileLimits.SumsPerStep)) throw CompileLimits.TooManySteps(e);
            long[] sums = WholeSums.Union([.. steps.Select(s => (others, s))]);
            if (sums.Length > CompileLimits.Values) throw CompileLimits.TooManyValues(e);
            return pool.OfSorted([.. sums.Select(s => Value.FromNumber(a + b + (grid.Unit * s)))]);
        }
        catch (OverflowException)
        {
            // One by one, what does not fit 64 bits is left out.
            return null;
        }
    }

    private static Comparison? Comparison(ElementwiseOperator op) => op switch
    {
        ElementwiseOperator.Equal => Graph.Comparison.Equal,
        ElementwiseOperator.NotEqual => Graph.Comparison.NotEqual,
        ElementwiseOperator.Less => Graph.Comparison.Less,
        ElementwiseOperator.LessOrEqual => Graph.Comparison.LessOrEqual,
        ElementwiseOperator.Greater => Graph.Comparison.Greater,
        ElementwiseOperator.GreaterOrEqual => Graph.Comparison.GreaterOrEqual,
        _ => null,
    };
}
