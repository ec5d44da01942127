using Rasp.Format;

namespace Rasp.Compiler.Domains;

/// <summary>
/// The means that a selection can have. A state is the set of (count, sum) pairs that are possible after some of the
/// keys; keys are taken in an order that depends only on what they can hold, so that alike selections share their states.
/// Sums are in steps of a <see cref="NumberGrid"/>, so aggregates whose numbers differ by a factor or an offset share them too.
/// </summary>
internal sealed class MeanDomain(Func<long, bool> spend)
{
    private readonly List<State> states = [new State(0, [[0]])];
    private readonly Dictionary<(int State, Selection, int Steps), int> successors = [];
    private readonly Dictionary<string, (int Id, long[] Steps)> steps = new(StringComparer.Ordinal);

    /// <summary>
    /// The possible means over the keys, each selected always or sometimes; <paramref name="empty"/> stands for the
    /// mean of nothing. Null where more than <see cref="CompileLimits.Sums"/> pairs are possible, or the steps are spent.
    /// </summary>
    /// <exception cref="OverflowException">A sum does not fit 64 bits.</exception>
    public IEnumerable<Value>? Means(NumberGrid grid, IEnumerable<(Selection Selection, ValueSet Values)> keys, Value empty)
    {
        int at = 0;
        foreach ((Selection selection, (int id, long[] set)) in keys.Select(k => (k.Selection, Steps(grid, k.Values))).OrderBy(k => k.Item2.Id).ThenBy(k => k.Selection))
        {
            at = Successor(at, selection, id, set);
            if (at < 0) return null;
        }

        return Values(states[at]);

        IEnumerable<Value> Values(State state)
        {
            for (int i = 0; i < state.Sums.Length; i++)
            {
                int count = state.FirstCount + i;
                if (count == 0 && state.Sums[i].Length > 0) yield return empty;
                if (count == 0) continue;
                Rational unit = grid.Unit / count;
                foreach (long sum in state.Sums[i]) yield return Value.FromNumber(grid.Origin + (unit * sum));
            }
        }
    }

    private (int Id, long[] Steps) Steps(NumberGrid grid, ValueSet values)
    {
        long[] set = [.. values.Values.Select(v => grid.Index(v.Number))];
        string content = string.Join(',', set);
        if (!steps.TryGetValue(content, out (int Id, long[] Steps) known)) steps.Add(content, known = (steps.Count, set));
        return known;
    }

    private int Successor(int from, Selection selection, int id, long[] set)
    {
        var at = (from, selection, id);
        if (successors.TryGetValue(at, out int known)) return known;
        State state = states[from];
        if (!spend((long)state.Count * set.Length / CompileLimits.SumsPerStep)) return -1;
        State next = Next(state, selection, set);
        int to = next.Count > CompileLimits.Sums ? -1 : states.Count;
        if (to >= 0) states.Add(next);
        successors.Add(at, to);
        return to;
    }

    /// <summary>With a key that is selected every count grows by one; one that may be passed over leaves the old pairs as well.</summary>
    private static State Next(State state, Selection selection, long[] set)
    {
        bool passes = selection == Selection.Sometimes;
        int first = state.FirstCount + (passes ? 0 : 1);
        int last = state.FirstCount + state.Sums.Length;
        long[][] sums = new long[last - first + 1][];
        for (int count = first; count <= last; count++)
        {
            List<(long[], long)> parts = [];
            if (passes && count < last) parts.Add((state.Sums[count - state.FirstCount], 0));
            if (count > state.FirstCount)
                foreach (long step in set) parts.Add((state.Sums[count - 1 - state.FirstCount], step));
            sums[count - first] = WholeSums.Union(parts);
        }

        return new State(first, sums);
    }

    /// <summary>The possible sums for each count from the first on, ascending.</summary>
    private sealed record State(int FirstCount, long[][] Sums)
    {
        public int Count { get; } = Sums.Sum(s => s.Length);
    }
}
