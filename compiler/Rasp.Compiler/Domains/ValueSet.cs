using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>A sorted set of values; sets with equal content from one <see cref="ValueSetPool"/> are the same object.</summary>
internal sealed class ValueSet(int id, ImmutableArray<Value> values)
{
    public int Id { get; } = id;

    public ImmutableArray<Value> Values { get; } = values;

    public int Count => Values.Length;
}

/// <summary>Shares value sets, so that work on them can be remembered by their ids.</summary>
internal sealed class ValueSetPool
{
    private readonly Dictionary<ImmutableArray<Value>, ValueSet> sets = new(new ContentComparer());

    public ValueSet Single(Value value) => Intern([value]);

    public ValueSet Create(IEnumerable<Value> values)
    {
        Value[] distinct = [.. values.Distinct()];
        Array.Sort(distinct);
        return Intern([.. distinct]);
    }

    private ValueSet Intern(ImmutableArray<Value> values)
    {
        if (sets.TryGetValue(values, out ValueSet? set)) return set;
        set = new ValueSet(sets.Count, values);
        sets.Add(values, set);
        return set;
    }

    private sealed class ContentComparer : IEqualityComparer<ImmutableArray<Value>>
    {
        public bool Equals(ImmutableArray<Value> x, ImmutableArray<Value> y) => x.AsSpan().SequenceEqual(y.AsSpan());

        public int GetHashCode(ImmutableArray<Value> values)
        {
            HashCode hash = default;
            foreach (Value value in values) hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
