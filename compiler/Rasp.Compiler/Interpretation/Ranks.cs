using Rasp.Format;

namespace Rasp.Compiler.Interpretation;

/// <summary>Puts the places in their common order in the place of values that are not whole numbers: texts and fractions.</summary>
internal sealed class Ranks
{
    private Value[] values = [];
    private int[] order = [];
    private long[] ranks = [];

    /// <summary>Of the keys and the queries of the input that begins at <paramref name="first"/>; equal values have equal ranks.</summary>
    public void Of(SOpSlot key, SOpSlot query, int first, int n, out ReadOnlySpan<long> keys, out ReadOnlySpan<long> queries)
    {
        if (values.Length < 2 * n) (values, order, ranks) = (new Value[2 * n], new int[2 * n], new long[2 * n]);
        for (int i = 0; i < n; i++)
        {
            values[i] = Comparable(key, first + i);
            values[n + i] = Comparable(query, first + i);
            (order[i], order[n + i]) = (i, n + i);
        }

        int count = key == query ? n : 2 * n;
        Array.Sort(values, order, 0, count);
        long rank = 0;
        for (int i = 0; i < count; i++)
        {
            if (i > 0 && values[i] != values[i - 1]) rank++;
            ranks[order[i]] = rank;
        }

        keys = ranks.AsSpan(0, n);
        queries = key == query ? keys : ranks.AsSpan(n, n);
    }

    // A boolean compares as 0 or 1.
    private static Value Comparable(SOpSlot slot, int position) =>
        slot.Kind == ValueKind.Text ? slot[position] : Value.FromNumber(slot.Number(position));
}
