using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>
/// One head up to z: target[p] = Σ_j softmax_j(Σ_f factor_f·query_f[p]·key_f[j])·value[j], for each value. Sixteen queries of an input go
/// through the keys together. Weights that are zero in single precision are left out of the sums. What need not be computed for every
/// tile is kept in the tile under <paramref name="id"/>.
/// </summary>
internal sealed class AttentionStep(
    int id, bool causal, int tokens, ImmutableArray<ScoreProduct> scores, ImmutableArray<(Row Value, Row Target)> values) : ForwardStep
{
    private readonly FixedScores fixedScores = new(causal, scores.RemoveAll(s => !s.Query.IsFixed || !s.Key.IsFixed));
    private readonly ImmutableArray<ScoreProduct> terms = scores.RemoveAll(s => s.Query.IsFixed && s.Key.IsFixed);
    private readonly TokenAttention? byToken =
        !causal && !scores.IsEmpty && scores.All(s => s.Key.IsByToken) ? new TokenAttention(tokens, scores, values) : null;

    // Then what is kept of the scores is kept for the longest inputs.
    private readonly bool isForAnyLength = scores.All(s => s.Query.IsFixed == s.Query.IsByPosition && s.Key.IsFixed == s.Key.IsByPosition);

    public override IEnumerable<Row> Reads => scores.SelectMany(s => (Row[])[s.Query, s.Key]).Concat(values.Select(v => v.Value));

    public override IEnumerable<Row> ReadsLaid => (byToken is null ? terms : scores).SelectMany(s => (Row[])[s.Query, s.Key]).Concat(values.Select(v => v.Value));

    public override IEnumerable<Row> Writes => values.Select(v => v.Target);

    public override ForwardStep? Keep(Func<Row, bool> isRead)
    {
        ImmutableArray<(Row, Row)> kept = values.RemoveAll(v => !isRead(v.Target));
        return kept.IsEmpty ? null : new AttentionStep(id, causal, tokens, scores, kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Tile tile)
    {
        KeptAttention kept = tile.Kept[id];
        // Without a mask the keys are as many as the input is long, which inputs of several lengths differ in.
        bool isFixed = terms.IsEmpty && (causal || !tile.Positions.ContainsAnyExcept(tile.Longest));
        if (tile.IsNew && (!isForAnyLength || kept.Scores.Length == 0)) KeepScores(tile, kept);
        if (tile.IsNew && isFixed) KeepPattern(tile, kept);
        if (!isFixed && byToken is not null && 2 * tokens <= tile.Longest)
        {
            byToken.Run(tile, kept);
            return;
        }

        for (int b = 0; b < tile.Positions.Length; b++)
        {
            int first = b * tile.Stride;
            for (int v = 0; v < Tile.Vectors(tile.Positions[b]); v++)
            {
                if (isFixed)
                {
                    (int start, int end) = (kept.Start[v], kept.Start[v + 1]);
                    Mix(tile, kept, first, v, CollectionsMarshal.AsSpan(kept.Keys)[start..end], CollectionsMarshal.AsSpan(kept.Weights)[start..end], kept.Totals[v]);
                    continue;
                }

                (int count, Vector512<float> total) = Weigh(tile, kept, first, v, tile.Positions[b]);
                Mix(tile, kept, first, v, tile.Keys[..count], tile.Scores[..count], total);
            }
        }
    }

    private void KeepScores(Tile tile, KeptAttention kept)
    {
        kept.Scores = fixedScores.Of(tile, isForAnyLength ? tile.Capacity : tile.Longest);
        ILookup<bool, PlacedTerm> byKeys = terms.Select(t => new PlacedTerm(tile.PlaceOf(t.Query), tile.PlaceOf(t.Key), t.Factor, FewKeys(tile, t.Key))).ToLookup(t => t.Keys.Length > 0);
        kept.Dense = [.. byKeys[false]];
        kept.Few = [.. byKeys[true]];
        kept.KeysOfValues = [.. values.Select(x => x.Value.IsByPosition ? Array.FindLastIndex(tile.NumbersOf(x.Value), y => y != 0) + 1 : int.MaxValue)];
        kept.Queries = new Vector512<float>[kept.Dense.Length];
        kept.KeyPlaces = new int[kept.Dense.Length];
    }

    private void KeepPattern(Tile tile, KeptAttention kept)
    {
        kept.Start = new int[tile.Stride + 1];
        kept.Totals = new Vector512<float>[tile.Stride];
        kept.Keys.Clear();
        kept.Weights.Clear();
        for (int v = 0; v < tile.Stride; v++)
        {
            (int count, Vector512<float> total) = Weigh(tile, kept, 0, v, tile.Longest);
            kept.Keys.AddRange(tile.Keys[..count]);
            kept.Weights.AddRange(tile.Scores[..count]);
            kept.Totals[v] = total;
            kept.Start[v + 1] = kept.Keys.Count;
        }
    }

    /// <summary>Where the key, if it is fixed, is not zero, if that is in at most half of the positions; otherwise none.</summary>
    private static int[] FewKeys(Tile tile, Row row)
    {
        if (!row.IsFixed) return [];
        float[] key = tile.NumbersOf(row);
        int[] keys = [.. Enumerable.Range(0, key.Length).Where(j => key[j] != 0)];
        return 2 * keys.Length <= key.Length ? keys : [];
    }

    /// <summary>
    /// For the <paramref name="v"/>-th vector of queries of the input that starts at vector <paramref name="first"/>: the keys that have a
    /// weight for any of them, in the tile's first keys, and their weights, not yet divided by their sum, in the first scores.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Count, Vector512<float> Total) Weigh(Tile tile, KeptAttention kept, int first, int v, int positions)
    {
        Span<Vector512<float>> row = tile.Scores[..(causal ? Math.Min(positions, (v + 1) * QueryLanes.Count) : positions)];
        kept.Scores.AsSpan(v * tile.Capacity, row.Length).CopyTo(row);
        ReadOnlySpan<float> numbers = MemoryMarshal.Cast<Vector512<float>, float>(tile.Rows);
        foreach ((int query, int key, float factor, int[] keys) in kept.Few)
        {
            Vector512<float> q = tile.Rows[query + first + v];
            if (q == Vector512<float>.Zero) continue;
            q *= factor;
            ReadOnlySpan<float> k = numbers[((key + first) * QueryLanes.Count)..];
            foreach (int j in keys)
                if (j < row.Length) row[j] = Vector512.MultiplyAddEstimate(q, Vector512.Create(k[j]), row[j]);
        }

        int count = 0;
        foreach ((int query, int key, float factor, _) in kept.Dense)
        {
            Vector512<float> q = tile.Rows[query + first + v];
            if (q == Vector512<float>.Zero) continue;
            kept.Queries[count] = factor * q;
            kept.KeyPlaces[count++] = (key + first) * QueryLanes.Count;
        }

        Vector512<float> max = QueryLanes.Add(row, kept.Queries.AsSpan(0, count), kept.KeyPlaces.AsSpan(0, count), numbers);
        return QueryLanes.Exponentials(row, max, tile.Keys[..row.Length]);
    }

    /// <summary>Σ weight·value / total for every value.</summary>
    private void Mix(Tile tile, KeptAttention kept, int first, int v, ReadOnlySpan<int> keys, ReadOnlySpan<Vector512<float>> weights, Vector512<float> total)
    {
        for (int f = 0; f < values.Length; f++)
        {
            ReadOnlySpan<float> x = MemoryMarshal.Cast<Vector512<float>, float>(tile[values[f].Value][first..]);
            int count = kept.KeysOfValues[f] < tile.Longest ? Below(keys, kept.KeysOfValues[f]) : keys.Length;
            tile[values[f].Target][first + v] = QueryLanes.Mix(x, keys[..count], weights) / total;
        }
    }

    /// <summary>How many of the ascending keys lie below one.</summary>
    private static int Below(ReadOnlySpan<int> keys, int end)
    {
        int found = keys.BinarySearch(end);
        return found < 0 ? ~found : found;
    }
}
