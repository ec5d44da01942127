using System.Collections.Immutable;
using Rasp.Compiler.Domains;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>Aggregates and widths as attention variables, selectors as heads.</summary>
internal sealed partial class Lowerer
{
    private const int ColumnsWithoutCode = 128;

    private readonly Dictionary<AggregateSOp, AttentionVariable> moved = [];
    private readonly Dictionary<SelectorWidthSOp, AttentionVariable> counted = [];
    private readonly Dictionary<AggregateSOp, AttentionVariable> sums = [];
    private readonly Dictionary<(Selector Selector, double Beginning, Site Site), Head> heads = [];

    /// <param name="aggregate">What is moved.</param>
    /// <param name="named">What it is in the program, where that is written otherwise.</param>
    private AttentionVariable Moved(AggregateSOp aggregate, SOp? named = null)
    {
        if (moved.TryGetValue(aggregate, out AttentionVariable? known)) return known;
        Value empty = DomainAnalysis.EmptyValue(aggregate);
        ImmutableArray<Value> values = domains.Everywhere(aggregate);
        double gap = SinglePrecision.ZeroWeightGap;
        AttentionVariable variable;
        if (aggregate.Type == SOpType.String)
        {
            OneHotView view = NeedView(aggregate.Value);
            variable = AttentionVariable.OneHot(aggregate, values, HeadFor(aggregate.Selector, -gap, view.Reads), new MovedValue(null, view, empty));
        }
        else
        {
            LinearForm form = Precise(aggregate.Value, SmallestGap(values));
            Head head = HeadFor(aggregate.Selector, -gap, form.Reads);
            AttentionPart part = new(aggregate, head, new MovedValue(form, null, empty), null, Rational.One);
            variable = AttentionVariable.Scalar(named ?? aggregate, values, part, MeanError(aggregate, form));
        }

        moved.Add(aggregate, variable);
        return variable;
    }

    /// <summary>
    /// With one selected key its weight is exactly 1. With w keys each weight 1/w and each of the w products is off by a rounding,
    /// and the additions by more.
    /// </summary>
    private double MeanError(AggregateSOp aggregate, LinearForm form)
    {
        bool moves = !aggregate.IsNumeric || domains.Selectors.SelectsAtMostOne(aggregate.Selector);
        double largest = domains.Everywhere(aggregate.Value).Select(v => Math.Abs(v.Number.ToDouble())).DefaultIfEmpty().Max();
        if (moves) return form.Error + (domains.Everywhere(aggregate).All(v => v.Number.IsInteger) ? 0 : SinglePrecision.Rounding * largest);
        int keys = domains.MostTerms(aggregate, domains.Space.MaxLength);
        double mean = domains.Everywhere(aggregate).Select(v => Math.Abs(v.Number.ToDouble())).DefaultIfEmpty().Max();
        return form.Error + (3 * SinglePrecision.Rounding * (keys <= 1 ? mean : largest)) + SinglePrecision.MeanOfMany(keys, largest + form.Error);
    }

    /// <summary>
    /// The width as a number, within the error of its <see cref="CountCode"/>. The heads that count the parts of an <c>or</c> add to one column, where their sum is rounded but once; null where they
    /// stand in different layers.
    /// </summary>
    private AttentionVariable? CountedWidth(SelectorWidthSOp width)
    {
        if (counted.TryGetValue(width, out AttentionVariable? known)) return known;
        int longest = domains.Space.MaxLength;
        List<AttentionPart> parts = [];
        double error = 0;
        foreach ((int sign, SelectorWidthSOp part) in selectors.WidthParts(width))
        {
            int largest = domains.Selectors.LargestWidth(part.Selector, longest);
            if (largest == 0) continue;
            CountCode code = CountCode.For(largest);
            Head head = HeadFor(part.Selector, code.Score, []);
            MovedValue value = new(new LinearForm(Rational.FromDouble(code.Value), []), null, Value.FromNumber(Rational.Zero));
            parts.Add(new AttentionPart(part, head, value, code, sign));
            error += code.Error;
        }

        if (parts.Count == 0 || parts.Any(p => p.Head.Site != parts[0].Head.Site)) return null;
        AttentionVariable variable = AttentionVariable.Count(width, domains.Everywhere(width), [.. parts], error);
        counted.Add(width, variable);
        return variable;
    }

    /// <summary>
    /// The sum of whole numbers over the selected positions, counted like a width; null where they are not whole, or too large for that.
    /// <code>
    /// selector_width(s) * aggregate(s, x) → v·Σ x / (eˢ + w)
    /// </code>
    /// </summary>
    private AttentionVariable? Sum(AggregateSOp aggregate)
    {
        if (sums.TryGetValue(aggregate, out AttentionVariable? known)) return known;
        bool zeroWhereEmpty = aggregate.Default is not Value other || other == Value.FromNumber(Rational.Zero);
        ImmutableArray<Value> values = domains.Everywhere(aggregate.Value);
        if (!zeroWhereEmpty || values.IsEmpty || !values.All(v => v.Number.IsInteger)) return null;
        LinearForm form = NeedLinear(aggregate.Value);
        if (form.Error > 0) return null;
        int largest = domains.Selectors.LargestWidth(aggregate.Selector, domains.Space.MaxLength);
        double most = Math.Max(Math.Abs(values[0].Number.ToDouble()), Math.Abs(values[^1].Number.ToDouble()));
        if (largest * most > CountCode.LargestSum) return null;
        CountCode code = CountCode.For(largest, most);
        Head head = HeadFor(aggregate.Selector, code.Score, form.Reads);
        MovedValue moved = new(form.Times(Rational.FromDouble(code.Value)), null, Value.FromNumber(Rational.Zero));
        long low = Math.Min(values[0].Number.Numerator, 0) * largest;
        long high = Math.Max(values[^1].Number.Numerator, 0) * largest;
        ImmutableArray<Rational> codes = [.. Enumerable.Range(0, (int)(high - low) + 1).Select(i => (Rational)(low + i))];
        AttentionVariable sum = AttentionVariable.Sum(aggregate, codes, new AttentionPart(aggregate, head, moved, code, Rational.One), code.Error * most);
        sums.Add(aggregate, sum);
        return sum;
    }

    /// <summary>Whether the s-op is the number of positions that the aggregate averages, so that their product is a sum.</summary>
    private bool IsWidthOf(SOp sop, AggregateSOp aggregate)
    {
        SOp width = graph.SelectorWidth(aggregate.Selector, aggregate.Span);
        if (sop == width || (sop is SelectorWidthSOp w && w.Selector == aggregate.Selector)) return true;
        return View(sop) is { } given && PositionView(width) is { } counted && given.Variable == counted.Variable && given.Values.AsSpan().SequenceEqual(counted.Values.AsSpan());
    }

    /// <summary>
    /// The length needs no counting.
    /// <code>
    /// selector_width(full) → aggregate(last position, indices + 1)
    /// </code>
    /// </summary>
    private AttentionVariable Length(SelectorWidthSOp width)
    {
        if (counted.TryGetValue(width, out AttentionVariable? known)) return known;
        ImmutableArray<Value> values = domains.Everywhere(width);
        LinearForm form = OneHotView.Identity(indices).ToLinear() + new LinearForm(Rational.One, []);
        AttentionPart part = new(width, LatestHead(form.Reads), new MovedValue(form, null, Value.FromNumber(Rational.Zero)), null, Rational.One);
        AttentionVariable variable = AttentionVariable.Scalar(width, values, part, 0);
        counted.Add(width, variable);
        return variable;
    }

    private bool IsLength(SelectorWidthSOp width) =>
        passes.LastPosition && !domains.Space.Causal && domains.Selectors.Everywhere(width.Selector) == Selection.Always;

    /// <summary>Whether the selector selects the last visible key, and it alone, for every query.</summary>
    private bool SelectsLatest(Selector selector)
    {
        if (!passes.LastPosition || !domains.Selectors.SelectsAtMostOne(selector)) return false;
        ContextSpace space = domains.Space;
        for (int q = 0; q < space.Count; q++)
            if (domains.Selectors.Of(selector, q, space.Key(q, space.VisibleKeys(q) - 1)) != Selection.Always) return false;
        return true;
    }

    private Head HeadFor(Selector selector, double beginning, IEnumerable<Variable> alsoReads)
    {
        Selector normal = selectors.WithoutNot(selector);

        // The latest key scores higher than 0, so that its head cannot count.
        if (beginning == -SinglePrecision.ZeroWeightGap && SelectsLatest(normal)) return LatestHead(alsoReads);
        return HeadFor(normal, [.. Terms(normal, domains.Selectors.SelectsAtMostOne(normal))], beginning, alsoReads);
    }

    private Head LatestHead(IEnumerable<Variable> alsoReads) =>
        HeadFor(latest, [ScoreTerms.Latest(OneHotView.Identity(indices))], -SinglePrecision.ZeroWeightGap, alsoReads);

    private Head HeadFor(Selector normal, ImmutableArray<ScoreTerm> terms, double beginning, IEnumerable<Variable> alsoReads)
    {
        IEnumerable<Variable> reads = terms.SelectMany(t => new[] { t.Query, t.Key }).OfType<Variable>().Concat(alsoReads);
        Site site = Site.Latest(reads.Select(v => v.Site)).AfterNextAttention;
        Head? head = null;
        if (!passes.SharedHeads || !heads.TryGetValue((normal, beginning, site), out head))
            heads[(normal, beginning, site)] = head = new Head(normal, terms, beginning, site);
        return head;
    }

    /// <summary>
    /// <code>
    /// a and b → score(a) + score(b)        always → nothing        never → −2·gap
    /// </code>
    /// </summary>
    private IEnumerable<ScoreTerm> Terms(Selector selector, bool selectsOne)
    {
        switch (domains.Selectors.Everywhere(selector))
        {
            case Selection.Always:
                return [];
            case Selection.Never:
                return [ScoreTerms.Constant(-ScoreTerms.Penalty)];
        }

        return selector switch
        {
            AndSelector and => Terms(and.Left, selectsOne).Concat(Terms(and.Right, selectsOne)),
            SelectSelector select => [Term(select, selectsOne)],
            _ => [JointTerm(selector)],
        };
    }

    /// <summary>
    /// Several selected keys must score alike, so their features must be exact; the code of a number that is read from counts is
    /// not quite, unless they are on a grid, since many steps change each of its columns. One selected key may score a little less.
    /// </summary>
    private ScoreTerm Term(SelectSelector select, bool selectsOne)
    {
        bool equality = select.Comparison == Comparison.Equal && passes.CodedEquality;
        OneHotView key = NeedView(select.Key, equality && (selectsOne || IsWorthACode(select.Key)));
        OneHotView query = NeedView(select.Query, equality && (selectsOne || IsWorthACode(select.Query)));
        return (equality && (selectsOne || (IsExact(query.Variable) && IsExact(key.Variable))) ? ScoreTerms.Equality(query, key) : null)
            ?? Predicate(query.Values.Length > key.Values.Length ? select.Query : select.Key, query.Variable, key.Variable, query.Values.Length, key.Values.Length, (q, k) =>
                query.Values[q] is Value queryValue && key.Values[k] is Value keyValue
                && SelectorAnalysis.Compare(select.Comparison, keyValue, queryValue));
    }

    private static ScoreTerm Predicate(SOp place, Variable? query, Variable? key, int queries, int keys, Func<int, int, bool> holds) =>
        (long)queries * keys <= CompileLimits.Compared
            ? ScoreTerms.Predicate(query, key, queries, keys, holds)
            : throw CompileLimits.TooManyCompared(place, queries, keys);

    /// <summary>So many values' columns are spared even where the exact code that this takes suits single precision only.</summary>
    private bool IsWorthACode(SOp sop) => domains.Everywhere(sop).Length > ColumnsWithoutCode;

    private static bool IsExact(Variable? variable) => variable is not MlpVariable computed || computed.Staircase.CodeError == 0;

    /// <summary>A selector that compares several keys or queries at once, as one predicate over their joint classes.</summary>
    private ScoreTerm JointTerm(Selector selector)
    {
        List<SOp> keys = [];
        List<SOp> queries = [];
        Operands(selector);
        (Variable? keyVariable, ImmutableArray<ImmutableArray<Value?>> keyClasses) = Joint(keys);
        (Variable? queryVariable, ImmutableArray<ImmutableArray<Value?>> queryClasses) = Joint(queries);
        return Predicate(
            keys[0], queryVariable, keyVariable, queryClasses.Length, keyClasses.Length, (q, k) => Holds(selector, queryClasses[q], keyClasses[k]));

        void Operands(Selector part)
        {
            switch (part)
            {
                case SelectSelector s:
                    if (!keys.Contains(s.Key)) keys.Add(s.Key);
                    if (!queries.Contains(s.Query)) queries.Add(s.Query);
                    break;
                case AndSelector a:
                    Operands(a.Left);
                    Operands(a.Right);
                    break;
                case OrSelector o:
                    Operands(o.Left);
                    Operands(o.Right);
                    break;
            }
        }

        bool Holds(Selector part, ImmutableArray<Value?> query, ImmutableArray<Value?> key) => part switch
        {
            SelectSelector s => query[queries.IndexOf(s.Query)] is Value q && key[keys.IndexOf(s.Key)] is Value k
                && SelectorAnalysis.Compare(s.Comparison, k, q),
            AndSelector a => Holds(a.Left, query, key) && Holds(a.Right, query, key),
            OrSelector o => Holds(o.Left, query, key) || Holds(o.Right, query, key),
            _ => throw new ArgumentOutOfRangeException(nameof(part)),
        };
    }

    /// <summary>One variable from whose class all the s-ops follow, and their values for each class.</summary>
    private (Variable? Variable, ImmutableArray<ImmutableArray<Value?>> Classes) Joint(List<SOp> sops)
    {
        OneHotView?[] single = [.. sops.Select(View)];
        Variable?[] variables = [.. single.Select(v => v?.Variable).OfType<Variable>().Distinct()];
        if (single.All(v => v is not null) && variables.Length <= 1)
        {
            Variable? variable = variables.SingleOrDefault();
            int classes = variable?.Values.Length ?? 1;
            return (variable, [.. Enumerable.Range(0, classes).Select(c => single.Select(v => v?.Values[v.Variable is null ? 0 : c]).ToImmutableArray())]);
        }

        SOp tuple = graph.Elementwise(ElementwiseOperator.Tuple, SOpType.String, sops[0].Span, [.. sops]);
        Variable joint = Materialise(tuple, VariableEncoding.OneHot);
        return (joint, [.. joint.Values.Select(v => TupleText.Split(v).Select(x => (Value?)x).ToImmutableArray())]);
    }
}
