using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>
/// The values that each s-op can take, per <see cref="ContextSpace">place</see>, for a vocabulary and a maximum length.
/// A set may be too large (what cannot be followed is taken as independent) but never lacks a value that occurs.
/// </summary>
internal sealed class DomainAnalysis
{
    private readonly Dictionary<SOp, SOpDomain> domains = [];
    private readonly Dictionary<(SOp, int), ImmutableArray<Value>> unions = [];
    private readonly ValueSetPool pool = new();
    private readonly ElementwiseDomain elementwise;
    private readonly AggregateDomain aggregates;
    private long steps;

    public DomainAnalysis(ImmutableArray<Value> vocabulary, ContextSpace space)
    {
        Vocabulary = vocabulary;
        Space = space;
        Selectors = new SelectorAnalysis(this);
        Means = new MeansOfCounts(this);
        elementwise = new ElementwiseDomain(this, pool, Spend);
        aggregates = new AggregateDomain(this, pool, Spend);
    }

    public ImmutableArray<Value> Vocabulary { get; }

    public ContextSpace Space { get; }

    public SelectorAnalysis Selectors { get; }

    public MeansOfCounts Means { get; }

    /// <exception cref="DomainLimitException">A domain is too large.</exception>
    public ValueSet Of(SOp sop, int context) => Analyse(sop)[context];

    /// <summary>Every value the s-op can take anywhere, ascending.</summary>
    public ImmutableArray<Value> Everywhere(SOp sop) => Everywhere(sop, Space.MaxLength);

    /// <summary>Every value the s-op can take in inputs of at most <paramref name="maxLength"/> tokens, ascending.</summary>
    public ImmutableArray<Value> Everywhere(SOp sop, int maxLength)
    {
        if (unions.TryGetValue((sop, maxLength), out ImmutableArray<Value> known)) return known;
        SOpDomain domain = Analyse(sop);
        int contexts = Space.CountUpTo(maxLength);
        IEnumerable<ValueSet> sets = contexts == Space.Count ? domain.Sets : Enumerable.Range(0, contexts).Select(c => domain[c]).Distinct();
        known = pool.Create(sets.SelectMany(s => s.Values)).Values;
        unions.Add((sop, maxLength), known);
        return known;
    }

    /// <summary>Every value the s-op can take, with the length of the shortest input at which it can.</summary>
    public Dictionary<Value, int> FirstLengths(SOp sop)
    {
        Dictionary<Value, int> first = [];
        HashSet<int> seen = [];
        for (int c = 0; c < Space.Count; c++)
        {
            ValueSet set = Of(sop, c);
            if (!seen.Add(set.Id)) continue;
            foreach (Value value in set.Values) first.TryAdd(value, Space.VisibleKeys(c));
        }

        return first;
    }

    /// <summary>
    /// Whether the s-op holds one value at a position whatever the input and its length; <paramref name="values"/> are
    /// they, one for each position below the maximum length.
    /// </summary>
    public bool IsFunctionOfPosition(SOp sop, out ImmutableArray<Value> values)
    {
        SOpDomain domain = Analyse(sop);
        values = [];
        if (!domain.Sets.All(s => s.Count == 1)) return false;
        ValueSet[] at = [.. Enumerable.Range(0, Space.MaxLength).Select(p => domain[Space.Context(Space.MaxLength, p)])];
        for (int c = 0; c < Space.Count; c++)
            if (domain[c] != at[Space.Position(c)]) return false;
        values = [.. at.Select(s => s.Values[0])];
        return true;
    }

    /// <summary>How many of the keys that an aggregate averages can hold another number than 0, in inputs of at most <paramref name="maxLength"/> tokens.</summary>
    public int MostTerms(AggregateSOp aggregate, int maxLength)
    {
        int width = Selectors.LargestWidth(aggregate.Selector, maxLength);
        SOpDomain values = Analyse(aggregate.Value);
        if (!values.Sets.Any(IsZero)) return width;
        int most = 0;
        for (int length = 1; length <= Math.Min(maxLength, Space.MaxLength); length++)
        {
            int terms = 0;
            for (int position = 0; position < length; position++) terms += IsZero(values[Space.Context(length, position)]) ? 0 : 1;
            most = Math.Max(most, terms);
        }

        return Math.Min(width, most);

        static bool IsZero(ValueSet set) => set.Count == 1 && set.Contains(Value.FromNumber(Rational.Zero));
    }

    /// <summary>Says that an s-op always holds what another does, which costs less than to find out.</summary>
    public void Equate(SOp sop, SOp other) => domains[sop] = Analyse(other);

    /// <summary>What an aggregate without a default gives where nothing is selected.</summary>
    public static Value EmptyValue(AggregateSOp aggregate) => aggregate.Default ?? aggregate.Type switch
    {
        SOpType.String => Value.FromText(string.Empty),
        SOpType.Bool => Value.False,
        _ => Value.FromNumber(Rational.Zero),
    };

    /// <exception cref="DomainLimitException">A domain is too large.</exception>
    internal SOpDomain Analyse(SOp sop)
    {
        if (domains.TryGetValue(sop, out SOpDomain? known)) return known;
        if (Space.Pairs > CompileLimits.Pairs) throw CompileLimits.TooLong(sop, Space);
        // Operands first, without recursion: a chain of operators may be longer than the stack.
        foreach (SOp read in ProgramGraph.Reachable([sop]).OfType<SOp>())
        {
            if (domains.ContainsKey(read)) continue;
            SOpDomain domain = Find(read);
            if (domain.LargestSet > CompileLimits.Values) throw CompileLimits.TooManyValues(read);
            domains.Add(read, domain);
        }

        return domains[sop];
    }

    private SOpDomain Find(SOp sop) => sop switch
    {
        ConstantSOp c => SOpDomain.Uniform(pool.Single(c.Value)),
        TokensSOp t => SOpDomain.Uniform(pool.Create(Vocabulary.Select(t.Convert).OfType<Value>())),
        IndicesSOp => SOpDomain.Of(Space.Count, c => pool.Single(Space.Position(c))),
        ElementwiseSOp e => elementwise.Of(e),
        AggregateSOp a => aggregates.Of(a),
        SelectorWidthSOp w => Width(w),
        _ => throw new ArgumentOutOfRangeException(nameof(sop)),
    };

    private SOpDomain Width(SelectorWidthSOp w)
    {
        Dictionary<(int, int), ValueSet> known = [];
        return SOpDomain.Of(Space.Count, c =>
        {
            (int least, int most) = Selectors.Widths(w.Selector, c);
            if (!known.TryGetValue((least, most), out ValueSet? set)) known.Add((least, most), set = pool.Range(least, most));
            return set;
        });
    }

    private bool Spend(long amount)
    {
        steps += amount;
        return steps <= CompileLimits.Steps;
    }
}
