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

    /// <summary>Where the queries are by token: those of the tokens, in lanes by place, and what comes out for them [term or value, vector].</summary>
    public Vector512<float>[] Queries { get; set; } = [];

    public Vector512<float>[] Mixed { get; set; } = [];
}

/// <summary>
/// Attention without a mask whose keys are by token: equal tokens have equal scores, so that a key is a token, with the number of
/// times that it occurs and the sum of its values: Σ_j e^s(t_j)·v_j = Σ_t e^s(t)·Σ_{j: t_j = t} v_j. Where the queries are by token
/// as well, there is one query for each token.
/// </summary>
internal sealed class TokenAttention(int tokens, ImmutableArray<ScoreProduct> scores, ImmutableArray<(Row Value, Row Target)> values)
{
    private readonly bool queriesAreByToken = scores.All(s => s.Query.IsByToken);
    private readonly int width = Tile.Vectors(tokens);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Tile tile, KeptAttention kept)
    {
        TokenKeys keys = kept.Tokens;
        if (keys.Places.Length == 0) Prepare(keys);
        for (int b = 0; b < tile.Positions.Length; b++)
        {
            int first = b * tile.Stride;
            int count = Gather(tile, kept, first, tile.Positions[b]);
            int vectors = Tile.Vectors(queriesAreByToken ? count : tile.Positions[b]);
            for (int v = 0; v < vectors; v++) Mix(tile, keys, first, v, count);
            if (queriesAreByToken) Spread(tile, keys, first, tile.Positions[b]);
        }
    }

    private void Prepare(TokenKeys keys)
    {
        keys.Places = new int[tokens];
        keys.First = new int[tokens];
        keys.Counts = new float[tokens];
        keys.Keys = new float[scores.Length * tokens];
        keys.Values = new float[values.Length * tokens];
        keys.Queries = new Vector512<float>[scores.Length * width];
        keys.Mixed = new Vector512<float>[values.Length * width];
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
            if (!queriesAreByToken) continue;
            ReadOnlySpan<float> query = MemoryMarshal.Cast<Vector512<float>, float>(tile[scores[t].Query][first..]);
            Span<float> queries = MemoryMarshal.Cast<Vector512<float>, float>(keys.Queries.AsSpan(t * width, width));
            for (int i = 0; i < count; i++) queries[i] = query[keys.First[i]];
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
    private void Mix(Tile tile, TokenKeys keys, int first, int v, int tokensHere)
    {
        Span<Vector512<float>> row = tile.Scores[..tokensHere];
        row.Clear();
        for (int t = 0; t < scores.Length; t++)
        {
            Vector512<float> query = scores[t].Factor * (queriesAreByToken ? keys.Queries[(t * width) + v] : tile[scores[t].Query][first + v]);
            ReadOnlySpan<float> key = keys.Keys.AsSpan(t * tokens, row.Length);
            for (int i = 0; i < row.Length; i++) row[i] = Vector512.MultiplyAddEstimate(query, Vector512.Create(key[i]), row[i]);
        }

        Vector512<float> max = row[0];
        foreach (Vector512<float> score in row) max = Vector512.MaxNative(max, score);
        (int count, _) = QueryLanes.Exponentials(row, max, tile.Keys);
        Vector512<float> total = default;
        for (int i = 0; i < count; i++) total = Vector512.MultiplyAddEstimate(row[i], Vector512.Create(keys.Counts[tile.Keys[i]]), total);
        for (int f = 0; f < values.Length; f++)
        {
            Span<Vector512<float>> z = queriesAreByToken ? keys.Mixed.AsSpan(f * width) : tile[values[f].Target][first..];
            z[v] = QueryLanes.Mix(keys.Values.AsSpan(f * tokens, tokens), tile.Keys[..count], row) / total;
        }
    }

    /// <summary>Gives each position what came out for its token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Spread(Tile tile, TokenKeys keys, int first, int positions)
    {
        ReadOnlySpan<int> ids = tile.Ids.Slice(first * QueryLanes.Count, positions);
        for (int f = 0; f < values.Length; f++)
        {
            ReadOnlySpan<float> mixed = MemoryMarshal.Cast<Vector512<float>, float>(keys.Mixed.AsSpan(f * width, width));
            Span<float> z = MemoryMarshal.Cast<Vector512<float>, float>(tile[values[f].Target][first..])[..ids.Length];
            for (int p = 0; p < z.Length; p++) z[p] = mixed[keys.Places[ids[p]]];
        }
    }
}
