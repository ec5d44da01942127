using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>A sorted set of values; sets with equal content from one <see cref="ValueSetPool"/> are the same object.</summary>
internal sealed class ValueSet(int id, ImmutableArray<Value> values)
{
    public int Id { get; } = id;

    public ImmutableArray<Value> Values { get; } = values;

    public int Count => Values.Length;

    public bool Contains(Value value) => Values.AsSpan().BinarySearch(value) >= 0;

    /// <summary>
    /// Whether a value of <paramref name="keys"/> compares so with one of <paramref name="queries"/>: never, for some
    /// pairs or for every pair. The order of values is total, so only the ends matter to the inequalities.
    /// </summary>
    public static Selection Compare(Comparison comparison, ValueSet keys, ValueSet queries)
    {
        if (keys.Count == 0 || queries.Count == 0) return Selection.Always;
        (Value low, Value high) = (keys.Values[0], keys.Values[^1]);
        (Value least, Value most) = (queries.Values[0], queries.Values[^1]);
        return comparison switch
        {
            Comparison.Less => high < least ? Selection.Always : low >= most ? Selection.Never : Selection.Sometimes,
            Comparison.LessOrEqual => high <= least ? Selection.Always : low > most ? Selection.Never : Selection.Sometimes,
            Comparison.Greater => low > most ? Selection.Always : high <= least ? Selection.Never : Selection.Sometimes,
            Comparison.GreaterOrEqual => low >= most ? Selection.Always : high < least ? Selection.Never : Selection.Sometimes,
            Comparison.NotEqual => Selection.Always - (int)Compare(Comparison.Equal, keys, queries),
            _ when keys.Count == 1 && queries.Count == 1 => low == least ? Selection.Always : Selection.Never,
            _ => high < least || low > most || AreDisjoint(keys, queries) ? Selection.Never : Selection.Sometimes,
        };
    }

    private static bool AreDisjoint(ValueSet a, ValueSet b)
    {
        if (a == b) return false;
        (ValueSet few, ValueSet many) = a.Count < b.Count ? (a, b) : (b, a);
        foreach (Value value in few.Values)
            if (many.Contains(value)) return false;
        return true;
    }
}

/// <summary>Shares value sets, so that work on them can be remembered by their ids.</summary>
internal sealed class ValueSetPool
{
    private readonly Dictionary<ImmutableArray<Value>, ValueSet> sets = new(RowComparer<Value>.Instance);

    public ValueSet Empty => OfSorted([]);

    public ValueSet Single(Value value) => OfSorted([value]);

    /// <summary>The whole numbers from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public ValueSet Range(int first, int last) => OfSorted([.. Enumerable.Range(first, last - first + 1).Select(v => (Value)v)]);

    public ValueSet Create(IEnumerable<Value> values)
    {
        Value[] distinct = [.. values.Distinct()];
        Array.Sort(distinct);
        return OfSorted([.. distinct]);
    }

    /// <summary>The set of values that are in order already and all differ.</summary>
    public ValueSet OfSorted(ImmutableArray<Value> values)
    {
        if (sets.TryGetValue(values, out ValueSet? set)) return set;
        set = new ValueSet(sets.Count, values);
        sets.Add(values, set);
        return set;
    }
}
