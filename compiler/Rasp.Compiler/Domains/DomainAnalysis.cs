using System.Collections.Immutable;
using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>A domain grew past what the compiler handles; <see cref="SOp"/> is the expression that grew.</summary>
internal sealed class DomainLimitException(SOp sop, string limit) : Exception(limit)
{
    public SOp SOp { get; } = sop;
}

/// <summary>
/// The values that each s-op can take, per <see cref="ContextSpace">place</see>, for a vocabulary and a maximum length.
/// A set may be too large (operands are taken as independent) but never lacks a value that occurs.
/// </summary>
internal sealed class DomainAnalysis
{
    /// <summary>More values than this in one place are refused: each costs residual columns or MLP units.</summary>
    private const int ValueLimit = 20_000;

    private const int PairLimit = 100_000;

    private readonly ImmutableArray<Value> vocabulary;
    private readonly Dictionary<SOp, ValueSet[]> domains = [];
    private readonly ValueSetPool pool = new();
    private readonly MeanDomain means = new(PairLimit);

    public DomainAnalysis(ImmutableArray<Value> vocabulary, ContextSpace space)
    {
        this.vocabulary = vocabulary;
        Space = space;
        Selectors = new SelectorAnalysis(this);
    }

    public ContextSpace Space { get; }

    public SelectorAnalysis Selectors { get; }

    /// <exception cref="DomainLimitException">A domain is too large.</exception>
    public ValueSet Of(SOp sop, int context) => Analyse(sop)[context];

    /// <summary>Every value the s-op can take anywhere, ascending.</summary>
    public ImmutableArray<Value> Everywhere(SOp sop) =>
        pool.Create(Analyse(sop).Distinct().SelectMany(s => s.Values)).Values;

    /// <summary>Every value the s-op can take in inputs of at most <paramref name="maxLength"/> tokens, ascending.</summary>
    public ImmutableArray<Value> Everywhere(SOp sop, int maxLength) =>
        pool.Create(Analyse(sop).Take(Space.CountUpTo(maxLength)).Distinct().SelectMany(s => s.Values)).Values;

    /// <summary>
    /// Whether the s-op holds one value at a position whatever the input and its length; <paramref name="values"/> are
    /// they, one for each position below the maximum length.
    /// </summary>
    public bool IsFunctionOfPosition(SOp sop, out ImmutableArray<Value> values)
    {
        ValueSet[] sets = Analyse(sop);
        ValueSet?[] at = new ValueSet?[Space.MaxLength];
        values = [];
        for (int c = 0; c < sets.Length; c++)
        {
            ref ValueSet? known = ref at[Space.Position(c)];
            if (sets[c].Count != 1 || (known is not null && known != sets[c])) return false;
            known = sets[c];
        }

        values = [.. at.OfType<ValueSet>().Select(s => s.Values[0])];
        return true;
    }

    /// <summary>What an aggregate without a default gives where nothing is selected.</summary>
    public static Value EmptyValue(AggregateSOp aggregate) => aggregate.Default ?? aggregate.Type switch
    {
        SOpType.String => Value.FromText(string.Empty),
        SOpType.Bool => Value.False,
        _ => Value.FromNumber(Rational.Zero),
    };

    private ValueSet[] Analyse(SOp sop)
    {
        if (domains.TryGetValue(sop, out ValueSet[]? known)) return known;
        ValueSet[] sets = sop switch
        {
            ConstantSOp c => Same(pool.Single(c.Value)),
            TokensSOp t => Same(pool.Create(vocabulary.Select(t.Convert).OfType<Value>())),
            IndicesSOp => PerContext(c => pool.Single(Space.Position(c))),
            ElementwiseSOp e => AnalyseElementwise(e),
            AggregateSOp a => AnalyseAggregate(a),
            SelectorWidthSOp w => PerContext(c => Width(w, c)),
            _ => throw new ArgumentOutOfRangeException(nameof(sop)),
        };
        if (sets.Any(s => s.Count > ValueLimit))
            throw new DomainLimitException(sop, $"it can take more than {ValueLimit} values at one position");
        domains.Add(sop, sets);
        return sets;
    }

    private ValueSet[] Same(ValueSet set) => PerContext(_ => set);

    private ValueSet[] PerContext(Func<int, ValueSet> set) => [.. Enumerable.Range(0, Space.Count).Select(set)];

    private ValueSet[] AnalyseElementwise(ElementwiseSOp e)
    {
        ValueSet[][] operands = [.. e.Operands.Select(Analyse)];
        Dictionary<string, ValueSet> known = [];
        return PerContext(c =>
        {
            string at = string.Join(',', operands.Select(o => o[c].Id));
            if (!known.TryGetValue(at, out ValueSet? set)) known.Add(at, set = pool.Create(Image(e, [.. operands.Select(o => o[c])])));
            return set;
        });
    }

    /// <summary>The operator's values over the product of the operands' sets; undefined combinations give none.</summary>
    private static HashSet<Value> Image(ElementwiseSOp e, ValueSet[] operands)
    {
        if (operands.Aggregate(1L, (product, o) => product * o.Count) > 50L * ValueLimit)
            throw new DomainLimitException(e, "its operands can take too many values together");
        HashSet<Value> image = [];
        Value[] arguments = new Value[operands.Length];
        Fill(0);
        return image;

        void Fill(int operand)
        {
            if (operand == operands.Length)
            {
                if (ElementwiseEvaluation.TryApply(e, arguments, out Value result, out _)) image.Add(result);
                return;
            }

            foreach (Value value in operands[operand].Values)
            {
                arguments[operand] = value;
                Fill(operand + 1);
            }
        }
    }

    private ValueSet[] AnalyseAggregate(AggregateSOp a)
    {
        ValueSet[] values = Analyse(a.Value);
        bool moves = !a.IsNumeric || Selectors.SelectsAtMostOne(a.Selector);
        return PerContext(c =>
        {
            (Selection Selection, ValueSet Values)[] keys =
            [
                .. Enumerable.Range(0, Space.VisibleKeys(c))
                    .Select(k => Space.Key(c, k))
                    .Select(k => (Selectors.Of(a.Selector, c, k), values[k]))
                    .Where(k => k.Item1 != Selection.Never),
            ];
            Value empty = EmptyValue(a);
            if (moves || keys.Length <= 1)
            {
                IEnumerable<Value> moved = keys.SelectMany(k => k.Values.Values);
                return pool.Create(keys.Any(k => k.Selection == Selection.Always) ? moved : moved.Append(empty));
            }

            return pool.Create(means.Means(keys, empty)
                ?? throw new DomainLimitException(a, "its mean can take too many values"));
        });
    }

    private ValueSet Width(SelectorWidthSOp w, int context)
    {
        int always = 0;
        int possible = 0;
        for (int k = 0; k < Space.VisibleKeys(context); k++)
        {
            Selection selection = Selectors.Of(w.Selector, context, Space.Key(context, k));
            if (selection == Selection.Always) always++;
            if (selection != Selection.Never) possible++;
        }

        if (Selectors.SelectsAtMostOne(w.Selector)) possible = Math.Min(possible, Math.Max(always, 1));
        return pool.Create(Enumerable.Range(always, possible - always + 1).Select(v => (Value)v));
    }
}
