using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>The keys and weights of query p are those in [Start[p], Start[p + 1]).</summary>
internal sealed class FixedPattern
{
    public int[] Start { get; set; } = [];

    public List<int> Keys { get; } = [];

    public List<float> Weights { get; } = [];

    /// <summary>The same where the lanes are one input's queries: the keys of the v-th vector of queries are those in [StartOfLanes[v], StartOfLanes[v + 1]).</summary>
    public int[] StartOfLanes { get; set; } = [];

    public List<(int Key, Vector512<float> Weights)> Lanes { get; } = [];
}

/// <summary>Attention of a head whose scores are all fixed: its pattern is found once for a length.</summary>
internal sealed class FixedAttention(bool causal, ImmutableArray<(Row Value, Row Target)> values)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Tile tile, KeptAttention kept)
    {
        if (tile.IsNew) Find(tile, kept.Scores, kept.Pattern);
        if (tile.HasOneInput) MixOne(tile, kept.Pattern);
        else Mix(tile, kept.Pattern);
    }

    /// <summary>Here the lanes are keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Find(Tile tile, float[] scores, FixedPattern pattern)
    {
        pattern.Start = new int[tile.Positions + 1];
        pattern.Keys.Clear();
        pattern.Weights.Clear();
        Span<Vector512<float>> row = tile.Scores[..((tile.Positions + Vector512<float>.Count - 1) / Vector512<float>.Count)];
        Span<float> weights = MemoryMarshal.Cast<Vector512<float>, float>(row);
        for (int p = 0; p < tile.Positions; p++)
        {
            ReadOnlySpan<float> visible = scores.AsSpan(p * tile.Capacity, causal ? p + 1 : tile.Positions);
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
                pattern.Keys.Add(j);
                pattern.Weights.Add(weights[j] / total);
            }

            pattern.Start[p + 1] = pattern.Keys.Count;
        }

        if (tile.HasOneInput) FindLanes(tile, pattern);
    }

    private static void FindLanes(Tile tile, FixedPattern pattern)
    {
        pattern.StartOfLanes = new int[tile.RowLength + 1];
        pattern.Lanes.Clear();
        for (int v = 0; v < tile.RowLength; v++)
        {
            SortedDictionary<int, float[]> lanes = [];
            int first = v * Vector512<float>.Count;
            for (int p = first; p < Math.Min(tile.Positions, first + Vector512<float>.Count); p++)
            {
                for (int i = pattern.Start[p]; i < pattern.Start[p + 1]; i++)
                {
                    if (!lanes.TryGetValue(pattern.Keys[i], out float[]? weights)) lanes.Add(pattern.Keys[i], weights = new float[Vector512<float>.Count]);
                    weights[p - first] = pattern.Weights[i];
                }
            }

            pattern.Lanes.AddRange(lanes.Select(l => (l.Key, Vector512.Create(l.Value))));
            pattern.StartOfLanes[v + 1] = pattern.Lanes.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(Tile tile, FixedPattern pattern)
    {
        int width = tile.Width;
        foreach ((Row value, Row target) in values)
        {
            if (target.IsFixed && !tile.IsNew) continue;
            ReadOnlySpan<Vector512<float>> x = tile[value];
            Span<Vector512<float>> z = tile[target];
            for (int p = 0; p < tile.Positions; p++)
            {
                ReadOnlySpan<int> keys = CollectionsMarshal.AsSpan(pattern.Keys)[pattern.Start[p]..pattern.Start[p + 1]];
                ReadOnlySpan<float> weights = CollectionsMarshal.AsSpan(pattern.Weights)[pattern.Start[p]..pattern.Start[p + 1]];
                for (int v = 0; v < width; v++)
                {
                    Vector512<float> sum = default;
                    for (int first = 0; first < keys.Length; first += AttentionStep.Block)
                    {
                        Vector512<float> part = default;
                        for (int i = first; i < Math.Min(first + AttentionStep.Block, keys.Length); i++)
                            part = Vector512.MultiplyAddEstimate(Vector512.Create(weights[i]), x[(keys[i] * width) + v], part);
                        sum += part;
                    }

                    z[(p * width) + v] = sum;
                }
            }
        }
    }

    /// <summary>Here the lanes are queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MixOne(Tile tile, FixedPattern pattern)
    {
        foreach ((Row value, Row target) in values)
        {
            if (target.IsFixed && !tile.IsNew) continue;
            ReadOnlySpan<float> x = MemoryMarshal.Cast<Vector512<float>, float>(tile[value]);
            Span<Vector512<float>> z = tile[target];
            for (int v = 0; v < z.Length; v++)
            {
                ReadOnlySpan<(int Key, Vector512<float> Weights)> lanes = CollectionsMarshal.AsSpan(pattern.Lanes)[pattern.StartOfLanes[v]..pattern.StartOfLanes[v + 1]];
                Vector512<float> sum = default;
                for (int first = 0; first < lanes.Length; first += AttentionStep.Block)
                {
                    Vector512<float> part = default;
                    for (int i = first; i < Math.Min(first + AttentionStep.Block, lanes.Length); i++)
                        part = Vector512.MultiplyAddEstimate(lanes[i].Weights, Vector512.Create(x[lanes[i].Key]), part);
                    sum += part;
                }

                z[v] = sum;
            }
        }
    }
}
