using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>What is kept of one input's scores, and room for those of the queries in the lanes.</summary>
internal sealed class QueryTerms
{
    /// <summary>The scores that no token decides, of each vector of queries at each key of the longest inputs; −∞ where a query does not see the key.</summary>
    public Vector512<float>[] Starts { get; set; } = [];

    /// <summary>The terms that are added up at every key, and those whose keys are zero at most positions.</summary>
    public ImmutableArray<ScoreProduct> Dense { get; set; } = [];

    public ImmutableArray<(ScoreProduct Term, int[] Keys)> Few { get; set; } = [];

    /// <summary>For each value by position how many of the first keys it takes to have all where it is not zero.</summary>
    public int[] KeysOfValues { get; set; } = [];

    /// <summary>The dense terms that are not zero for all the queries: their numbers, and where the keys start among the tile's numbers.</summary>
    public Vector512<float>[] Queries { get; set; } = [];

    public int[] Keys { get; set; } = [];
}

/// <summary>Attention of one input that its tokens decide: the lanes are queries, which go through the keys together.</summary>
internal sealed class QueryAttention(bool causal, ImmutableArray<ScoreProduct> terms, ImmutableArray<(Row Value, Row Target)> values)
{
    // Vector512<float>.Count, as a constant.
    private const int Lanes = 16;

    // Keys whose scores are added up together.
    private const int Four = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Tile tile, QueryTerms kept)
    {
        for (int v = 0; v < tile.RowLength; v++)
        {
            int visible = causal ? Math.Min(tile.Positions, (v + 1) * Lanes) : tile.Positions;
            Span<Vector512<float>> row = tile.Scores[..visible];
            AddUp(row, tile, kept, v);
            Mix(tile, kept, v, Exponentials(row, tile.Keys[..visible]));
        }
    }

    /// <summary>Keeps what no token decides: the scores [query, key] of so many positions.</summary>
    public void Keep(Tile tile, float[] scores, QueryTerms kept, int positions)
    {
        int capacity = tile.Capacity;
        int vectors = (capacity + Lanes - 1) / Lanes;
        kept.Starts = new Vector512<float>[vectors * capacity];
        Span<float> starts = MemoryMarshal.Cast<Vector512<float>, float>(kept.Starts.AsSpan());
        for (int p = 0; p < positions; p++)
            for (int j = 0; j < positions; j++)
                starts[(((p / Lanes * capacity) + j) * Lanes) + (p % Lanes)] = causal && j > p ? float.NegativeInfinity : scores[(p * capacity) + j];
        ILookup<bool, (ScoreProduct Term, int[]? Keys)> byKeys = terms.Select(t => (t, LaneAttention.FewKeys(tile, t.Key))).ToLookup(t => t.Item2 is null);
        kept.Dense = [.. byKeys[true].Select(t => t.Term)];
        kept.Few = [.. byKeys[false].Select(t => (t.Term, t.Keys ?? []))];
        kept.KeysOfValues = [.. values.Select(x => x.Value.IsByPosition ? Array.FindLastIndex(tile.Lane(x.Value), y => y != 0) + 1 : int.MaxValue)];
        kept.Queries = new Vector512<float>[kept.Dense.Length];
        kept.Keys = new int[kept.Dense.Length];
    }

    /// <summary>The scores of a vector of queries at each key in <paramref name="row"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddUp(Span<Vector512<float>> row, Tile tile, QueryTerms kept, int v)
    {
        int count = 0;
        foreach ((Row query, Row key, float factor) in kept.Dense)
        {
            Vector512<float> q = tile[query][v];
            if (q == Vector512<float>.Zero) continue;
            kept.Queries[count] = factor * q;
            kept.Keys[count++] = tile.PlaceOf(key) * Lanes;
        }

        ReadOnlySpan<float> numbers = MemoryMarshal.Cast<Vector512<float>, float>(tile.Rows);
        Add(row, kept.Starts.AsSpan(v * tile.Capacity, row.Length), kept.Queries.AsSpan(0, count), kept.Keys.AsSpan(0, count), numbers);
        foreach (((Row query, Row key, float factor), int[] keys) in kept.Few)
        {
            Vector512<float> q = factor * tile[query][v];
            ReadOnlySpan<float> k = numbers[(tile.PlaceOf(key) * Lanes)..];
            foreach (int j in keys)
                if (j < row.Length) row[j] = Vector512.MultiplyAddEstimate(q, Vector512.Create(k[j]), row[j]);
        }
    }

    /// <summary>row = start + Σ query·key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(
        Span<Vector512<float>> row, ReadOnlySpan<Vector512<float>> start, ReadOnlySpan<Vector512<float>> queries, ReadOnlySpan<int> keys, ReadOnlySpan<float> numbers)
    {
        keys = keys[..queries.Length];
        start = start[..row.Length];
        int j = 0;
        for (; j + Four <= row.Length; j += Four)
        {
            (Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) = (start[j], start[j + 1], start[j + 2], start[j + 3]);
            for (int t = 0; t < queries.Length; t++)
            {
                ReadOnlySpan<float> k = numbers.Slice(keys[t] + j, Four);
                a = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(k[0]), a);
                b = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(k[1]), b);
                c = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(k[2]), c);
                d = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(k[3]), d);
            }

            (row[j], row[j + 1], row[j + 2], row[j + 3]) = (a, b, c, d);
        }

        for (; j < row.Length; j++)
        {
            Vector512<float> sum = start[j];
            for (int t = 0; t < queries.Length; t++) sum = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(numbers[keys[t] + j]), sum);
            row[j] = sum;
        }
    }

    /// <summary>The keys that have a weight for any of the queries, and their weights, not yet divided by their sum, in place of the first scores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Count, Vector512<float> Total) Exponentials(Span<Vector512<float>> row, Span<int> keys)
    {
        Vector512<float> max = row[0];
        for (int j = 1; j < row.Length; j++) max = Vector512.MaxNative(max, row[j]);
        int count = 0;
        Vector512<float> total = default;
        for (int j = 0; j < row.Length; j++)
        {
            Vector512<float> below = row[j] - max;
            if (Vector512.LessThanAll(below, Exponential.Least)) continue;
            // Most scores are the largest, or far below it.
            Vector512<float> isLargest = Vector512.Equals(below, Vector512<float>.Zero);
            Vector512<float> isNeither = Vector512.AndNot(Vector512.GreaterThanOrEqual(below, Exponential.Least), isLargest);
            Vector512<float> weight = isNeither == Vector512<float>.Zero ? isLargest & Vector512<float>.One : Exponential.Of(below);
            total += weight;
            row[count] = weight;
            keys[count] = j;
            count++;
        }

        return (count, total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(Tile tile, QueryTerms kept, int v, (int Count, Vector512<float> Total) weighed)
    {
        for (int f = 0; f < values.Length; f++)
        {
            ReadOnlySpan<float> x = MemoryMarshal.Cast<Vector512<float>, float>(tile[values[f].Value]);
            ReadOnlySpan<int> keys = tile.Keys[..weighed.Count];
            if (kept.KeysOfValues[f] < tile.Positions) keys = keys[..Below(keys, kept.KeysOfValues[f])];
            ReadOnlySpan<Vector512<float>> weights = tile.Scores[..keys.Length];
            Vector512<float> sum = default;
            for (int first = 0; first < keys.Length; first += AttentionStep.Block)
            {
                Vector512<float> part = default;
                for (int i = first; i < Math.Min(first + AttentionStep.Block, keys.Length); i++)
                    part = Vector512.MultiplyAddEstimate(weights[i], Vector512.Create(x[keys[i]]), part);
                sum += part;
            }

            tile[values[f].Target][v] = sum / weighed.Total;
        }
    }

    /// <summary>How many of the ascending keys lie below one.</summary>
    private static int Below(ReadOnlySpan<int> keys, int end)
    {
        int found = keys.BinarySearch(end);
        return found < 0 ? ~found : found;
    }
}
