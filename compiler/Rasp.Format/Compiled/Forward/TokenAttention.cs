using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>Of one head and one input: the tokens that occur, in the order in which they do first.</summary>
internal sealed class TokenKeys
{
    /// <summary>A token's place among them, or −1.</summary>
    public int[] Places { get; set; } = [];

    /// <summary>The position where each occurs first, and how often it does.</summary>
    public int[] First { get; set; } = [];

    public float[] Counts { get; set; } = [];

    /// <summary>Their keys [term, place], and the sums of their values [value, place].</summary>
    public float[] Keys { get; set; } = [];

    public float[] Values { get; set; } = [];
}

/// <summary>
/// Attention without a mask whose keys are by token: equal tokens have equal scores, so that a key is a token, with the number of
/// times that it occurs and the sum of its values: Σ_j e^s(t_j)·v_j = Σ_t e^s(t)·Σ_{j: t_j = t} v_j.
/// </summary>
internal sealed class TokenAttention(int tokens, ImmutableArray<ScoreProduct> scores, ImmutableArray<(Row Value, Row Target)> values)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Tile tile, KeptAttention kept)
    {
        TokenKeys keys = kept.Tokens;
        if (keys.Places.Length == 0) Prepare(keys);
        for (int b = 0; b < tile.Positions.Length; b++)
        {
            int first = b * tile.Stride;
            int count = Gather(tile, kept, first, tile.Positions[b]);
            for (int v = 0; v < Tile.Vectors(tile.Positions[b]); v++) Mix(tile, kept, first + v, count);
        }
    }

    private void Prepare(TokenKeys keys)
    {
        keys.Places = new int[tokens];
        keys.First = new int[tokens];
        keys.Counts = new float[tokens];
        keys.Keys = new float[scores.Length * tokens];
        keys.Values = new float[values.Length * tokens];
    }

    /// <summary>Finds the tokens of an input, and what stands at them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Gather(Tile tile, KeptAttention kept, int first, int positions)
    {
        TokenKeys keys = kept.Tokens;
        ReadOnlySpan<int> ids = tile.Ids.Slice(first * QueryLanes.Count, positions);
        int[] places = keys.Places;
        Array.Fill(places, -1);
        Array.Clear(keys.Values);
        int count = 0;
        for (int p = 0; p < ids.Length; p++)
        {
            int id = ids[p];
            if (places[id] < 0)
            {
                keys.First[count] = p;
                keys.Counts[count] = 0;
                places[id] = count++;
            }

            keys.Counts[places[id]]++;
        }

        for (int t = 0; t < scores.Length; t++)
        {
            ReadOnlySpan<float> key = MemoryMarshal.Cast<Vector512<float>, float>(tile[scores[t].Key][first..]);
            for (int i = 0; i < count; i++) keys.Keys[(t * tokens) + i] = key[keys.First[i]];
        }

        for (int f = 0; f < values.Length; f++)
        {
            ReadOnlySpan<float> x = MemoryMarshal.Cast<Vector512<float>, float>(tile[values[f].Value][first..]);
            Span<float> sums = keys.Values.AsSpan(f * tokens, tokens);
            int last = Math.Min(ids.Length, kept.KeysOfValues[f]);
            for (int p = 0; p < last; p++) sums[places[ids[p]]] += x[p];
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(Tile tile, KeptAttention kept, int at, int tokensHere)
    {
        TokenKeys keys = kept.Tokens;
        Span<Vector512<float>> row = tile.Scores[..tokensHere];
        row.Clear();
        for (int t = 0; t < scores.Length; t++)
        {
            Vector512<float> query = scores[t].Factor * tile[scores[t].Query][at];
            ReadOnlySpan<float> key = keys.Keys.AsSpan(t * tokens, row.Length);
            for (int i = 0; i < row.Length; i++) row[i] = Vector512.MultiplyAddEstimate(query, Vector512.Create(key[i]), row[i]);
        }

        Vector512<float> max = row[0];
        foreach (Vector512<float> score in row) max = Vector512.MaxNative(max, score);
        (int count, _) = QueryLanes.Exponentials(row, max, tile.Keys);
        Vector512<float> total = default;
        for (int i = 0; i < count; i++) total = Vector512.MultiplyAddEstimate(row[i], Vector512.Create(keys.Counts[tile.Keys[i]]), total);
        for (int f = 0; f < values.Length; f++)
            tile[values[f].Target][at] = QueryLanes.Mix(keys.Values.AsSpan(f * tokens, tokens), tile.Keys[..count], row) / total;
    }
}
