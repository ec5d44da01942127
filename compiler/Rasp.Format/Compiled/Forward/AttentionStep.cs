using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>
/// One head up to z: target[p] = Σ_j softmax_j(Σ_f query_f[p]·key_f[j])·value[j], for each value. Weights that are zero in single
/// precision are left out of the sums. What of the scores, or of the pattern, depends on the inputs' length alone is kept in
/// the tile under <paramref name="id"/>.
/// </summary>
internal sealed class AttentionStep(
    int id, bool causal, ImmutableArray<(Row Query, Row Key)> scores, ImmutableArray<(Row Value, Row Target)> values) : ForwardStep
{
    private readonly bool isFixedPattern = scores.All(s => s.Query.IsFixed && s.Key.IsFixed);
    private readonly ImmutableArray<(Row Query, Row Key)> fixedScores = scores.RemoveAll(s => !s.Query.IsFixed || !s.Key.IsFixed);
    private readonly ImmutableArray<(Row Query, Row Key)> varyingScores = scores.RemoveAll(s => s.Query.IsFixed && s.Key.IsFixed);

    public override IEnumerable<Row> Reads => scores.SelectMany(s => (Row[])[s.Query, s.Key]).Concat(values.Select(v => v.Value));

    public override IEnumerable<Row> Writes => values.Select(v => v.Target);

    public override ForwardStep? Keep(Func<Row, bool> isRead)
    {
        ImmutableArray<(Row, Row)> kept = values.RemoveAll(v => !isRead(v.Target));
        return kept.IsEmpty ? null : new AttentionStep(id, causal, scores, kept);
    }

    public override void Run(Tile tile)
    {
        FixedAttention kept = tile.Fixed[id];
        if (tile.IsNew && isFixedPattern) KeepPattern(tile, kept);
        if (tile.IsNew && !isFixedPattern) KeepScores(tile, kept);
        for (int p = 0; p < tile.Positions; p++)
        {
            for (int v = 0; v < tile.Width; v++)
            {
                if (isFixedPattern) MixFixed(tile, kept, p, v);
                else Mix(tile, p, v, Weigh(tile, kept.Scores, varyingScores, p, v));
            }
        }
    }

    private int Visible(Tile tile, int p) => causal ? p + 1 : tile.Positions;

    /// <summary>All lanes of a fixed row are equal: the first one's pattern is everybody's.</summary>
    private void KeepPattern(Tile tile, FixedAttention kept)
    {
        kept.Start = new int[tile.Positions + 1];
        kept.Keys.Clear();
        kept.Weights.Clear();
        float[] none = new float[tile.Positions * tile.Positions];
        for (int p = 0; p < tile.Positions; p++)
        {
            (int count, Vector<float> total) = Weigh(tile, none, fixedScores, p, 0);
            for (int a = 0; a < count; a++)
            {
                kept.Keys.Add(tile.Keys[a]);
                kept.Weights.Add(tile.Scores[a][0] / total[0]);
            }

            kept.Start[p + 1] = kept.Keys.Count;
        }
    }

    private void KeepScores(Tile tile, FixedAttention kept)
    {
        int positions = tile.Positions;
        kept.Scores = new float[positions * positions];
        foreach ((Row query, Row key) in fixedScores)
        {
            ReadOnlySpan<Vector<float>> q = tile[query];
            ReadOnlySpan<Vector<float>> k = tile[key];
            for (int p = 0; p < positions; p++)
                for (int j = 0; j < positions; j++)
                    kept.Scores[(p * positions) + j] += q[p * tile.Width][0] * k[j * tile.Width][0];
        }
    }

    /// <summary>
    /// For query <paramref name="p"/> the keys that have a weight in any lane, in the tile's first keys, and their weights, not yet
    /// divided by their sum, in place of the first scores.
    /// </summary>
    private (int Count, Vector<float> Total) Weigh(Tile tile, ReadOnlySpan<float> start, ImmutableArray<(Row Query, Row Key)> terms, int p, int v)
    {
        int width = tile.Width;
        int at = (p * width) + v;
        Span<Vector<float>> row = tile.Scores[..Visible(tile, p)];
        start = start.Slice(p * tile.Positions, row.Length);
        for (int j = 0; j < row.Length; j++) row[j] = new Vector<float>(start[j]);
        for (int t = 0; t < terms.Length; t += 2)
        {
            // Two terms at a time; the odd one out goes with a query of zeros.
            bool isPair = t + 1 < terms.Length;
            Vector<float> queryA = tile[terms[t].Query][at];
            Vector<float> queryB = isPair ? tile[terms[t + 1].Query][at] : Vector<float>.Zero;
            ReadOnlySpan<Vector<float>> keyA = tile[terms[t].Key][v..];
            ReadOnlySpan<Vector<float>> keyB = isPair ? tile[terms[t + 1].Key][v..] : keyA;
            for (int j = 0, from = 0; j < row.Length; j++, from += width)
                row[j] = Vector.MultiplyAddEstimate(queryB, keyB[from], Vector.MultiplyAddEstimate(queryA, keyA[from], row[j]));
        }

        return Exponentials(row, tile.Keys[..row.Length]);
    }

    private static (int Count, Vector<float> Total) Exponentials(Span<Vector<float>> row, Span<int> keys)
    {
        Vector<float> max = row[0];
        for (int j = 1; j < row.Length; j++) max = Vector.MaxNative(max, row[j]);
        int count = 0;
        Vector<float> total = default;
        for (int j = 0; j < row.Length; j++)
        {
            Vector<float> below = row[j] - max;
            if (Vector.LessThanAll(below, Exponential.Least)) continue;
            Vector<float> weight = Exponential.Of(below);
            total += weight;
            row[count] = weight;
            keys[count] = j;
            count++;
        }

        return (count, total);
    }

    private void Mix(Tile tile, int p, int v, (int Count, Vector<float> Total) weighed)
    {
        int width = tile.Width;
        ReadOnlySpan<Vector<float>> weights = tile.Scores[..weighed.Count];
        ReadOnlySpan<int> keys = tile.Keys[..weighed.Count];
        int f = 0;
        for (; f + 2 <= values.Length; f += 2)
        {
            ReadOnlySpan<Vector<float>> xA = tile[values[f].Value];
            ReadOnlySpan<Vector<float>> xB = tile[values[f + 1].Value];
            Vector<float> a = default, b = default;
            for (int i = 0; i < weights.Length; i++)
            {
                int from = (keys[i] * width) + v;
                a = Vector.MultiplyAddEstimate(weights[i], xA[from], a);
                b = Vector.MultiplyAddEstimate(weights[i], xB[from], b);
            }

            tile[values[f].Target][(p * width) + v] = a / weighed.Total;
            tile[values[f + 1].Target][(p * width) + v] = b / weighed.Total;
        }

        if (f == values.Length) return;
        ReadOnlySpan<Vector<float>> x = tile[values[f].Value];
        Vector<float> sum = default;
        for (int i = 0; i < weights.Length; i++) sum = Vector.MultiplyAddEstimate(weights[i], x[(keys[i] * width) + v], sum);
        tile[values[f].Target][(p * width) + v] = sum / weighed.Total;
    }

    private void MixFixed(Tile tile, FixedAttention kept, int p, int v)
    {
        int width = tile.Width;
        (int start, int end) = (kept.Start[p], kept.Start[p + 1]);
        ReadOnlySpan<int> keys = CollectionsMarshal.AsSpan(kept.Keys)[start..end];
        ReadOnlySpan<float> weights = CollectionsMarshal.AsSpan(kept.Weights)[start..end];
        foreach ((Row value, Row target) in values)
        {
            if (target.IsFixed && !tile.IsNew) continue;
            ReadOnlySpan<Vector<float>> x = tile[value];
            Vector<float> sum = default;
            for (int i = 0; i < keys.Length; i++) sum = Vector.MultiplyAddEstimate(new Vector<float>(weights[i]), x[(keys[i] * width) + v], sum);
            tile[target][(p * width) + v] = sum;
        }
    }
}
