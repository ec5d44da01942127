using System.Runtime.InteropServices;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>
/// What aggregates can hold. It depends on which keys can be selected and on what they hold, not on where they stand;
/// contexts that agree in that share the work.
/// </summary>
internal sealed class AggregateDomain
{
    private readonly DomainAnalysis domains;
    private readonly ValueSetPool pool;
    private readonly MeanDomain means;
    private readonly Func<long, bool> spend;

    public AggregateDomain(DomainAnalysis domains, ValueSetPool pool, Func<long, bool> spend)
    {
        this.domains = domains;
        this.pool = pool;
        this.spend = spend;
        means = new MeanDomain(spend);
    }

    public SOpDomain Of(AggregateSOp a)
    {
        SOpDomain values = domains.Analyse(a.Value);
        bool moves = !a.IsNumeric || domains.Selectors.SelectsAtMostOne(a.Selector);
        bool neverEmpty = domains.Selectors.IsNeverEmpty(a.Selector);
        NumberGrid? grid = moves ? null : Grid(a, values);
        Dictionary<UInt128, ValueSet> known = [];
        byte[] buffer = new byte[domains.Space.MaxLength];
        UInt128[] marks = values.IsUniform ? [] : Marks(2 * values.Sets.Length);
        return SOpDomain.Of(domains.Space.Count, context =>
        {
            Span<byte> row = buffer.AsSpan(0, domains.Space.VisibleKeys(context));
            UInt128 at;
            if (values.IsUniform)
            {
                (int always, int possible) = domains.Selectors.Count(a.Selector, context);
                at = moves ? (UInt128)((always > 0 ? 2 : 0) + (possible > 0 ? 1 : 0)) : ((UInt128)(uint)always << 64) + (uint)possible;
            }
            else
            {
                domains.Selectors.Rows.Fill(a.Selector, context, row);
                at = Summary(row, values.Numbers(domains.Space.Key(context, 0), row.Length), marks);
            }

            ref ValueSet? set = ref CollectionsMarshal.GetValueRefOrAddDefault(known, at, out _);
            if (set is not null) return set;
            if (values.IsUniform) domains.Selectors.Rows.Fill(a.Selector, context, row);
            return set = Compute(a, context, row, values, grid, neverEmpty);
        });
    }

    /// <summary>A number for the multiset of (selection, value set) of the keys that can be selected: the sum of their random marks.</summary>
    private static UInt128 Summary(ReadOnlySpan<byte> row, ReadOnlySpan<int> numbers, UInt128[] marks)
    {
        UInt128 sum = 0;
        for (int k = 0; k < row.Length; k++)
            if (row[k] != (byte)Selection.Never) sum += marks[(2 * numbers[k]) + row[k] - 1];
        return sum;
    }

    private static UInt128[] Marks(int count)
    {
        UInt128[] marks = new UInt128[count];
        new Random(1).NextBytes(MemoryMarshal.AsBytes(marks.AsSpan()));
        return marks;
    }

    private ValueSet Compute(AggregateSOp a, int context, ReadOnlySpan<byte> row, SOpDomain values, NumberGrid? grid, bool neverEmpty)
    {
        int first = domains.Space.Key(context, 0);
        List<(Selection Selection, ValueSet Values)> keys = [];
        for (int k = 0; k < row.Length; k++)
            if (row[k] != (byte)Selection.Never) keys.Add(((Selection)row[k], values[first + k]));
        Value empty = DomainAnalysis.EmptyValue(a);
        neverEmpty |= keys.Any(k => k.Selection == Selection.Always);
        if (grid is null || keys.Count <= 1)
        {
            IEnumerable<Value> moved = keys.Select(k => k.Values).Distinct().SelectMany(s => s.Values);
            return pool.Create(neverEmpty ? moved : moved.Append(empty));
        }

        try
        {
            IEnumerable<Value> possible = means.Means(grid, keys, empty) ?? throw (spend(0) ? CompileLimits.TooManySums(a) : CompileLimits.TooManySteps(a));
            return pool.Create(possible);
        }
        catch (OverflowException)
        {
            throw CompileLimits.LargeSums(a);
        }
    }

    private static NumberGrid Grid(AggregateSOp a, SOpDomain values)
    {
        try
        {
            return NumberGrid.Of([.. values.Sets.SelectMany(s => s.Values).Distinct().Select(v => v.Number)]);
        }
        catch (OverflowException)
        {
            throw CompileLimits.LargeSums(a);
        }
    }
}
