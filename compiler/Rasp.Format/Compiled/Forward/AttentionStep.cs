using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>
/// One head up to z: target[p] = Σ_j softmax_j(Σ_f query_f[p]·key_f[j])·value[j], for each value. Weights that are zero in single
/// precision are left out of the sums. What need not be computed for every tile is kept in the tile under <paramref name="id"/>.
/// </summary>
internal sealed class AttentionStep(
    int id, bool causal, int tokens, ImmutableArray<(Row Query, Row Key)> scores, ImmutableArray<(Row Value, Row Target)> values) : ForwardStep
{
    /// <summary>
    /// Keys are added up in blocks, and the blocks then: equal terms, one after the other, would all be rounded to the same side,
    /// and n roundings add up where n/32 + 32 do not.
    /// </summary>
    private const int Block = 32;

    private readonly ImmutableArray<(Row Query, Row Key)> fixedScores = scores.RemoveAll(s => !s.Query.IsFixed || !s.Key.IsFixed);
    private readonly ImmutableArray<(Row Query, Row Key)> varyingScores = scores.RemoveAll(s => s.Query.IsFixed && s.Key.IsFixed);
    private readonly TokenAttention? byToken =
        !causal && !scores.IsEmpty && scores.All(s => s.Key.IsByToken) ? new TokenAttention(tokens, scores, values) : null;

    public override IEnumerable<Row> Reads => scores.SelectMany(s => (Row[])[s.Query, s.Key]).Concat(values.Select(v => v.Value));

    public override IEnumerable<Row> Writes => values.Select(v => v.Target);

    private bool IsFixedPattern => varyingScores.IsEmpty;

    public override ForwardStep? Keep(Func<Row, bool> isRead)
    {
        ImmutableArray<(Row, Row)> kept = values.RemoveAll(v => !isRead(v.Target));
        return kept.IsEmpty ? null : new AttentionStep(id, causal, tokens, scores, kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Tile tile)
    {
        KeptAttention kept = tile.Kept[id];
        if (tile.IsNew && IsFixedPattern) KeepPattern(tile, kept);
        if (IsFixedPattern)
        {
            MixFixed(tile, kept);
            return;
        }

        if (byToken is not null && 2 * tokens <= tile.Positions)
        {
            byToken.Run(tile, kept.Tokens);
            return;
        }

        if (tile.IsNew) KeepScores(tile, kept);
        for (int v = 0; v < tile.Width; v++)
        {
            for (int p = 0; p < tile.Positions; p++)
            {
                if (IsAsBefore(tile, kept, p, v)) Repeat(tile, p, v);
                else Mix(tile, p, v, Weigh(tile, kept, p, v));
            }
        }
    }

    /// <summary>The pattern of a head whose scores are all kept: here the lanes are keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void KeepPattern(Tile tile, KeptAttention kept)
    {
        KeepScores(tile, kept);
        kept.Start = new int[tile.Positions + 1];
        kept.Keys.Clear();
        kept.Weights.Clear();
        Span<Vector512<float>> row = tile.Scores[..((tile.Positions + Vector512<float>.Count - 1) / Vector512<float>.Count)];
        Span<float> weights = MemoryMarshal.Cast<Vector512<float>, float>(row);
        for (int p = 0; p < tile.Positions; p++)
        {
            ReadOnlySpan<float> visible = kept.Scores.AsSpan(p * tile.Capacity, causal ? p + 1 : tile.Positions);
            weights.Fill(float.NegativeInfinity);
            visible.CopyTo(weights);
            float max = float.NegativeInfinity;
            foreach (float score in visible) max = MathF.Max(max, score);
            for (int i = 0; i < row.Length; i++) row[i] = Exponential.Of(row[i] - Vector512.Create(max));
            float total = 0;
            foreach (float weight in weights) total += weight;
            for (int j = 0; j < visible.Length; j++)
            {
                if (weights[j] == 0) continue;
                kept.Keys.Add(j);
                kept.Weights.Add(weights[j] / total);
            }

            kept.Start[p + 1] = kept.Keys.Count;
        }
    }

    /// <summary>The rows of the scores are as long as those of the longest inputs. What is by position is added up once.</summary>
    private void KeepScores(Tile tile, KeptAttention kept)
    {
        bool isOnce = fixedScores.All(s => s.Query.IsByPosition && s.Key.IsByPosition);
        if (kept.Scores.Length == 0 || !isOnce) AddScores(tile, kept, isOnce ? tile.Capacity : tile.Positions);
        kept.FewKeys = new int[]?[varyingScores.Length];
        for (int t = 0; t < varyingScores.Length; t++)
        {
            if (!varyingScores[t].Key.IsFixed) continue;
            float[] k = tile.Lane(varyingScores[t].Key);
            int[] keys = [.. Enumerable.Range(0, tile.Positions).Where(j => k[j] != 0)];
            if (2 * keys.Length <= tile.Positions) kept.FewKeys[t] = keys;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddScores(Tile tile, KeptAttention kept, int positions)
    {
        if (kept.Scores.Length == 0) kept.Scores = new float[tile.Capacity * tile.Capacity];
        else Array.Clear(kept.Scores);
        foreach ((Row query, Row key) in fixedScores)
        {
            float[] q = tile.Lane(query);
            float[] k = tile.Lane(key);
            int[] keys = [.. Enumerable.Range(0, positions).Where(j => k[j] != 0)];
            for (int p = 0; p < positions; p++)
            {
                if (q[p] == 0) continue;
                Span<float> row = kept.Scores.AsSpan(p * tile.Capacity, positions);
                if (2 * keys.Length > positions) AddScaled(row, q[p], k);
                else
                    foreach (int j in keys) row[j] += q[p] * k[j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(Span<float> row, float factor, ReadOnlySpan<float> x)
    {
        int j = 0;
        for (; j + Vector512<float>.Count <= row.Length; j += Vector512<float>.Count)
            (Vector512.Create<float>(row[j..]) + (Vector512.Create<float>(x[j..]) * factor)).CopyTo(row[j..]);
        for (; j < row.Length; j++) row[j] += x[j] * factor;
    }

    /// <summary>Whether the query is that of the position before in all lanes, and sees the same keys.</summary>
    private bool IsAsBefore(Tile tile, KeptAttention kept, int p, int v)
    {
        if (causal || p == 0) return false;
        int at = (p * tile.Width) + v;
        foreach ((Row query, _) in varyingScores)
            if (tile[query][at] != tile[query][at - tile.Width]) return false;
        ReadOnlySpan<float> before = kept.Scores.AsSpan((p - 1) * tile.Capacity, tile.Positions);
        return before.SequenceEqual(kept.Scores.AsSpan(p * tile.Capacity, tile.Positions));
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
        int width = tile.Width;
        int at = (p * width) + v;
        int visible = causal ? p + 1 : tile.Positions;
        Span<Vector512<float>> row = tile.Scores[..visible];
        ReadOnlySpan<float> start = kept.Scores.AsSpan(p * tile.Capacity, visible);
        // Terms by three; where there are fewer, queries of zeros.
        bool isStarted = false;
        int waiting = 0;
        Vector512<float> queryA = default, queryB = default;
        ReadOnlySpan<Vector512<float>> keyA = default, keyB = default;
        for (int t = 0; t < varyingScores.Length; t++)
        {
            Vector512<float> query = tile[varyingScores[t].Query][at];
            if (kept.FewKeys[t] is not null || query == Vector512<float>.Zero) continue;
            ReadOnlySpan<Vector512<float>> key = tile[varyingScores[t].Key][v..];
            switch (waiting++)
            {
                case 0:
                    (queryA, queryB) = (query, Vector512<float>.Zero);
                    keyA = key;
                    keyB = key;
                    break;
                case 1:
                    queryB = query;
                    keyB = key;
                    break;
                default:
                    Add(row, isStarted ? default : start, queryA, keyA, queryB, keyB, query, key, width);
                    isStarted = true;
                    waiting = 0;
                    break;
            }
        }

        if (waiting > 0) Add(row, isStarted ? default : start, queryA, keyA, queryB, keyB, Vector512<float>.Zero, keyA, width);
        else if (!isStarted)
            for (int j = 0; j < row.Length; j++) row[j] = Vector512.Create(start[j]);
        for (int t = 0; t < varyingScores.Length; t++)
            if (kept.FewKeys[t] is int[] few) AddFew(row, few, tile[varyingScores[t].Query][at], tile[varyingScores[t].Key][v..], width);
        return Exponentials(row, tile.Keys[..row.Length]);
    }

    private static void AddFew(Span<Vector512<float>> row, int[] few, Vector512<float> query, ReadOnlySpan<Vector512<float>> key, int width)
    {
        foreach (int j in few)
            if (j < row.Length) row[j] = Vector512.MultiplyAddEstimate(query, key[j * width], row[j]);
    }

    /// <summary>row += A + B + C, or, where there is a start, row = start + A + B + C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(
        Span<Vector512<float>> row,
        ReadOnlySpan<float> start,
        Vector512<float> queryA,
        ReadOnlySpan<Vector512<float>> keyA,
        Vector512<float> queryB,
        ReadOnlySpan<Vector512<float>> keyB,
        Vector512<float> queryC,
        ReadOnlySpan<Vector512<float>> keyC,
        int width)
    {
        bool isStarted = start.IsEmpty;
        for (int j = 0, from = 0; j < row.Length; j++, from += width)
        {
            Vector512<float> sum = isStarted ? row[j] : Vector512.Create(start[j]);
            sum = Vector512.MultiplyAddEstimate(queryA, keyA[from], sum);
            sum = Vector512.MultiplyAddEstimate(queryB, keyB[from], sum);
            row[j] = Vector512.MultiplyAddEstimate(queryC, keyC[from], sum);
        }
    }

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
            Vector512<float> weight = Exponential.Of(below);
            total += weight;
            row[count] = weight;
            keys[count] = j;
            count++;
        }

        return (count, total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(Tile tile, int p, int v, (int Count, Vector512<float> Total) weighed)
    {
        int width = tile.Width;
        int at = (p * width) + v;
        ReadOnlySpan<Vector512<float>> weights = tile.Scores[..weighed.Count];
        ReadOnlySpan<int> keys = tile.Keys[..weighed.Count];
        for (int f = 0; f < values.Length; f += 2)
        {
            // Two values at a time; the odd one out goes with itself.
            (Row valueB, Row targetB) = values[Math.Min(f + 1, values.Length - 1)];
            ReadOnlySpan<Vector512<float>> xA = tile[values[f].Value][v..];
            ReadOnlySpan<Vector512<float>> xB = tile[valueB][v..];
            Vector512<float> a = default, b = default;
            for (int first = 0; first < weights.Length; first += Block)
            {
                Vector512<float> partA = default, partB = default;
                for (int i = first; i < Math.Min(first + Block, weights.Length); i++)
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MixFixed(Tile tile, KeptAttention kept)
    {
        int width = tile.Width;
        foreach ((Row value, Row target) in values)
        {
            if (target.IsFixed && !tile.IsNew) continue;
            ReadOnlySpan<Vector512<float>> x = tile[value];
            Span<Vector512<float>> z = tile[target];
            for (int p = 0; p < tile.Positions; p++)
            {
                ReadOnlySpan<int> keys = CollectionsMarshal.AsSpan(kept.Keys)[kept.Start[p]..kept.Start[p + 1]];
                ReadOnlySpan<float> weights = CollectionsMarshal.AsSpan(kept.Weights)[kept.Start[p]..kept.Start[p + 1]];
                for (int v = 0; v < width; v++)
                {
                    Vector512<float> sum = default;
                    for (int first = 0; first < keys.Length; first += Block)
                    {
                        Vector512<float> part = default;
                        for (int i = first; i < Math.Min(first + Block, keys.Length); i++)
                            part = Vector512.MultiplyAddEstimate(Vector512.Create(weights[i]), x[(keys[i] * width) + v], part);
                        sum += part;
                    }

                    z[(p * width) + v] = sum;
                }
            }
        }
    }
}
