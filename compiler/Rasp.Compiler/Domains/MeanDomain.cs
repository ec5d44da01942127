using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>
/// The means that a selection can have. A state is the set of (count, sum) pairs that are possible after some of the
/// keys; keys are taken in an order that depends only on what they can hold, so that alike selections share their states.
/// </summary>
internal sealed class MeanDomain(int limit)
{
    private readonly List<HashSet<(int Count, Rational Sum)>> states = [[(0, Rational.Zero)]];
    private readonly Dictionary<(int State, Selection, int Values), int> successors = [];

    /// <summary>
    /// The possible means over the keys, each selected always or sometimes; <paramref name="empty"/> stands for the
    /// mean of nothing. Null where more than the limit of (count, sum) pairs would be possible.
    /// </summary>
    public HashSet<Value>? Means(IEnumerable<(Selection Selection, ValueSet Values)> keys, Value empty)
    {
        int state = 0;
        foreach ((Selection selection, ValueSet values) in keys.OrderBy(k => k.Values.Id).ThenBy(k => k.Selection))
        {
            int next = Successor(state, selection, values);
            if (next < 0) return null;
            state = next;
        }

        return [.. states[state].Select(s => s.Count == 0 ? empty : Value.FromNumber(s.Sum / s.Count))];
    }

    private int Successor(int state, Selection selection, ValueSet values)
    {
        var at = (state, selection, values.Id);
        if (successors.TryGetValue(at, out int known)) return known;
        HashSet<(int, Rational)> next = selection == Selection.Always ? [] : [.. states[state]];
        foreach ((int count, Rational sum) in states[state])
            foreach (Value value in values.Values)
                next.Add((count + 1, sum + value.Number));
        int id = next.Count > limit ? -1 : states.Count;
        if (id >= 0) states.Add(next);
        successors.Add(at, id);
        return id;
    }
}
