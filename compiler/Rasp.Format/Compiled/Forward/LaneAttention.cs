using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.CompilerServices;

namespace Rasp.Format;

/// <summary>The terms of one head's scores that are added up in every lane, and which of them each query has.</summary>
internal sealed class LaneTerms
{
    /// <summary>The terms' numbers, those whose keys are zero at most positions last.</summary>
    public int[] Order { get; set; } = [];

    /// <summary>For these last ones the other positions.</summary>
    public int[]?[] FewKeys { get; set; } = [];

    /// <summary>How many terms a query has that are not zero in every lane: of one-hot features, few.</summary>
    public int[] Counts { get; set; } = [];

    /// <summary>Their places in the order, ascending [query, term].</summary>
    public int[] OfQueries { get; set; } = [];

    /// <summary>For each value by position the last one where it is not zero: in a width's head, the beginning.</summary>
    public int[] LastOfValues { get; set; } = [];

    /// <summary>One query's terms: its numbers, and where the keys start among the tile's rows.</summary>
    public Vector512<float>[] Queries { get; set; } = [];

    public int[] Keys { get; set; } = [];

    /// <summary>Whether a query asks what the query before it asks, of the same keys, whatever the tokens are.</summary>
    public bool[] IsRepeated { get; set; } = [];
}

/// <summary>Attention that tokens decide, one query after the other in all lanes at once.</summary>
internal sealed class LaneAttention(bool causal, ImmutableArray<ScoreProduct> terms, ImmutableArray<(Row Value, Row Target)> values)
{
    // Keys whose scores are added up together.
    private const int Four = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Tile tile, KeptAttention kept)
    {
        for (int v = 0; v < tile.Width; v++)
        {
            FindTerms(tile, kept.Lanes, v);
            for (int p = 0; p < tile.Positions; p++)
            {
                if (kept.Lanes.IsRepeated[p]) Repeat(tile, p, v);
                else Mix(tile, kept.Lanes, p, v, Weigh(tile, kept, p, v));
            }
        }
    }

    /// <summary>Keeps what no token decides of so many positions.</summary>
    public void Keep(Tile tile, KeptAttention kept, int positions)
    {
        LaneTerms lanes = kept.Lanes;
        int[]?[] few = [.. terms.Select(t => FewKeys(tile, t.Key))];
        lanes.Order = [.. Enumerable.Range(0, terms.Length).OrderBy(t => few[t] is not null)];
        lanes.FewKeys = [.. lanes.Order.Select(t => few[t])];
        lanes.Counts = new int[tile.Capacity];
        if (lanes.OfQueries.Length == 0) lanes.OfQueries = new int[tile.Capacity * terms.Length];
        lanes.LastOfValues = [.. values.Select(x => x.Value.IsByPosition ? Array.FindLastIndex(tile.Lane(x.Value), y => y != 0) : int.MaxValue - 1)];
        lanes.Queries = new Vector512<float>[terms.Length];
        lanes.Keys = new int[terms.Length];
        lanes.IsRepeated = new bool[tile.Capacity];
        if (causal || terms.Any(t => !t.Query.IsFixed)) return;
        float[][] queries = [.. terms.Select(t => tile.Lane(t.Query))];
        for (int p = 1; p < positions; p++)
        {
            ReadOnlySpan<float> before = kept.Scores.AsSpan((p - 1) * tile.Capacity, positions);
            lanes.IsRepeated[p] = Array.TrueForAll(queries, q => q[p] == q[p - 1]) && before.SequenceEqual(kept.Scores.AsSpan(p * tile.Capacity, positions));
        }
    }

    /// <summary>Where the key, if it is fixed, is not zero, if that is in at most half of the positions.</summary>
    public static int[]? FewKeys(Tile tile, Row row)
    {
        if (!row.IsFixed) return null;
        float[] key = tile.Lane(row);
        int[] keys = [.. Enumerable.Range(0, key.Length).Where(j => key[j] != 0)];
        return 2 * keys.Length <= key.Length ? keys : null;
    }

    /// <summary>Term by term, since a row's numbers stand one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindTerms(Tile tile, LaneTerms lanes, int v)
    {
        int width = tile.Width;
        Span<int> counts = lanes.Counts.AsSpan(0, tile.Positions);
        Span<int> found = lanes.OfQueries;
        counts.Clear();
        for (int t = 0; t < lanes.Order.Length; t++)
        {
            ReadOnlySpan<Vector512<float>> query = tile[terms[lanes.Order[t]].Query][v..];
            for (int p = 0, at = 0; p < counts.Length; p++, at += width)
                if (query[at] != Vector512<float>.Zero) found[(p * terms.Length) + counts[p]++] = t;
        }
    }

    private void Repeat(Tile tile, int p, int v)
    {
        foreach ((_, Row target) in values)
        {
            Span<Vector512<float>> z = tile[target];
            z[(p * tile.Width) + v] = z[((p - 1) * tile.Width) + v];
        }
    }

    /// <summary>
    /// For query <paramref name="p"/> the keys that have a weight in any lane, in the tile's first keys, and their weights, not yet
    /// divided by their sum, in place of the first scores.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Count, Vector512<float> Total) Weigh(Tile tile, KeptAttention kept, int p, int v)
    {
        LaneTerms lanes = kept.Lanes;
        int visible = causal ? p + 1 : tile.Positions;
        Span<Vector512<float>> row = tile.Scores[..visible];
        ReadOnlySpan<float> start = kept.Scores.AsSpan(p * tile.Capacity, visible);
        ReadOnlySpan<int> found = lanes.OfQueries.AsSpan(p * terms.Length, lanes.Counts[p]);
        int t = 0;
        for (; t < found.Length && lanes.FewKeys[found[t]] is null; t++)
        {
            (Row query, Row key, float factor) = terms[lanes.Order[found[t]]];
            lanes.Queries[t] = factor * tile[query][(p * tile.Width) + v];
            lanes.Keys[t] = tile.PlaceOf(key) + v;
        }

        Add(row, start, lanes.Queries.AsSpan(0, t), lanes.Keys.AsSpan(0, t), tile.Rows, tile.Width);
        for (; t < found.Length; t++)
            if (lanes.FewKeys[found[t]] is int[] few) AddFew(row, few, tile, terms[lanes.Order[found[t]]], p, v);
        // Where an input is over there is no key.
        for (int j = tile.Shortest; j < row.Length; j++)
            row[j] = Vector512.ConditionalSelect(Vector512.GreaterThan(tile.Ends[v], Vector512.Create(j)).AsSingle(), row[j], Vector512.Create(float.NegativeInfinity));
        return Exponentials(row, tile.Keys[..row.Length]);
    }

    private static void AddFew(Span<Vector512<float>> row, int[] few, Tile tile, ScoreProduct term, int p, int v)
    {
        Vector512<float> query = term.Factor * tile[term.Query][(p * tile.Width) + v];
        ReadOnlySpan<Vector512<float>> key = tile[term.Key][v..];
        foreach (int j in few)
            if (j < row.Length) row[j] = Vector512.MultiplyAddEstimate(query, key[j * tile.Width], row[j]);
    }

    /// <summary>row = start + Σ query·key; the keys are <paramref name="width"/> apart in <paramref name="rows"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(
        Span<Vector512<float>> row,
        ReadOnlySpan<float> start,
        ReadOnlySpan<Vector512<float>> queries,
        ReadOnlySpan<int> keys,
        ReadOnlySpan<Vector512<float>> rows,
        int width)
    {
        keys = keys[..queries.Length];
        int j = 0;
        for (; j + Four <= row.Length; j += Four)
        {
            Vector512<float> a = Vector512.Create(start[j]), b = Vector512.Create(start[j + 1]);
            Vector512<float> c = Vector512.Create(start[j + 2]), d = Vector512.Create(start[j + 3]);
            for (int t = 0; t < queries.Length; t++)
            {
                int at = keys[t] + (j * width);
                a = Vector512.MultiplyAddEstimate(queries[t], rows[at], a);
                b = Vector512.MultiplyAddEstimate(queries[t], rows[at + width], b);
                c = Vector512.MultiplyAddEstimate(queries[t], rows[at + (2 * width)], c);
                d = Vector512.MultiplyAddEstimate(queries[t], rows[at + (3 * width)], d);
            }

            (row[j], row[j + 1], row[j + 2], row[j + 3]) = (a, b, c, d);
        }

        for (; j < row.Length; j++)
        {
            Vector512<float> sum = Vector512.Create(start[j]);
            for (int t = 0; t < queries.Length; t++) sum = Vector512.MultiplyAddEstimate(queries[t], rows[keys[t] + (j * width)], sum);
            row[j] = sum;
        }
    }

    /// <summary>Most selected keys have one score, so that its exponential is at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Count, Vector512<float> Total) Exponentials(Span<Vector512<float>> row, Span<int> keys)
    {
        Vector512<float> max = row[0];
        for (int j = 1; j < row.Length; j++) max = Vector512.MaxNative(max, row[j]);
        int count = 0;
        Vector512<float> total = default;
        Vector512<float> known = default;
        Vector512<float> ofKnown = Vector512<float>.One;
        for (int j = 0; j < row.Length; j++)
        {
            Vector512<float> below = row[j] - max;
            if (Vector512.LessThanAll(below, Exponential.Least)) continue;
            Vector512<float> isNone = Vector512.LessThan(below, Exponential.Least);
            below = Vector512.ConditionalSelect(isNone, known, below);
            if (below != known) (known, ofKnown) = (below, Exponential.Of(below));
            Vector512<float> weight = Vector512.ConditionalSelect(isNone, Vector512<float>.Zero, ofKnown);
            total += weight;
            row[count] = weight;
            keys[count] = j;
            count++;
        }

        return (count, total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(Tile tile, LaneTerms lanes, int p, int v, (int Count, Vector512<float> Total) weighed)
    {
        int width = tile.Width;
        int at = (p * width) + v;
        ReadOnlySpan<int> keys = tile.Keys[..weighed.Count];
        for (int f = 0; f < values.Length; f += 2)
        {
            // Two values at a time; the odd one out goes with itself.
            int g = Math.Min(f + 1, values.Length - 1);
            (Row valueB, Row targetB) = values[g];
            int after = keys.BinarySearch(Math.Max(lanes.LastOfValues[f], lanes.LastOfValues[g]) + 1);
            ReadOnlySpan<Vector512<float>> weights = tile.Scores[..(after < 0 ? ~after : after)];
            ReadOnlySpan<Vector512<float>> xA = tile[values[f].Value][v..];
            ReadOnlySpan<Vector512<float>> xB = tile[valueB][v..];
            Vector512<float> a = default, b = default;
            for (int first = 0; first < weights.Length; first += AttentionStep.Block)
            {
                Vector512<float> partA = default, partB = default;
                for (int i = first; i < Math.Min(first + AttentionStep.Block, weights.Length); i++)
                {
                    int from = keys[i] * width;
                    partA = Vector512.MultiplyAddEstimate(weights[i], xA[from], partA);
                    partB = Vector512.MultiplyAddEstimate(weights[i], xB[from], partB);
                }

                a += partA;
                b += partB;
            }

            tile[values[f].Target][at] = a / weighed.Total;
            tile[targetB][at] = b / weighed.Total;
        }
    }
}
