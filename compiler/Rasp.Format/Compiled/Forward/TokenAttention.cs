using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rasp.Format;

/// <summary>Of one head: numbers by token, and room for sums over the positions that hold a token [token, lane].</summary>
internal sealed class TokenSums
{
    /// <summary>Whether the token has been seen, and the numbers of its row in every score term, [term · tokens + token].</summary>
    public bool[] IsKnown { get; set; } = [];

    public float[] Keys { get; set; } = [];

    public float[] Queries { get; set; } = [];

    public Vector512<float>[] Counts { get; set; } = [];

    /// <summary>[value, token, lane].</summary>
    public Vector512<float>[] Values { get; set; } = [];

    /// <summary>z by the query's token [value, token, lane].</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Tile tile, TokenSums sums)
    {
        int width = tile.Width;
        Prepare(sums, width);
        Gather(tile, sums);
        for (int v = 0; v < width; v++)
        {
            if (!queriesAreByToken)
            {
                for (int p = 0; p < tile.Positions; p++) Mix(tile, sums, p, v);
                continue;
            }

            for (int t = 0; t < tokens; t++) Mix(tile, sums, t, v);
        }

        if (!queriesAreByToken) return;
        ReadOnlySpan<int> ids = tile.Ids;
        int lanes = tile.Lanes;
        for (int f = 0; f < values.Length; f++)
        {
            ReadOnlySpan<float> mixed = MemoryMarshal.Cast<Vector512<float>, float>(sums.Mixed.AsSpan(f * tokens * width, tokens * width));
            Span<float> z = MemoryMarshal.Cast<Vector512<float>, float>(tile[values[f].Target])[..ids.Length];
            for (int p = 0; p < z.Length; p += lanes)
                for (int b = 0; b < lanes; b++) z[p + b] = mixed[(ids[p + b] * lanes) + b];
        }
    }

    private void Prepare(TokenSums sums, int width)
    {
        if (sums.IsKnown.Length == 0)
        {
            sums.IsKnown = new bool[tokens];
            sums.Keys = new float[scores.Length * tokens];
            sums.Queries = new float[scores.Length * tokens];
        }

        if (sums.Counts.Length != tokens * width)
        {
            sums.Counts = new Vector512<float>[tokens * width];
            sums.Values = new Vector512<float>[values.Length * tokens * width];
            sums.Mixed = new Vector512<float>[values.Length * tokens * width];
            return;
        }

        Array.Clear(sums.Counts);
        Array.Clear(sums.Values);
    }

    /// <summary>How often each token occurs in each lane, and the sums of its values.</summary>
    private void Gather(Tile tile, TokenSums sums)
    {
        ReadOnlySpan<int> ids = tile.Ids;
        int lanes = tile.Lanes;
        ReadOnlySpan<int> ends = MemoryMarshal.Cast<Vector512<int>, int>(tile.Ends);
        Span<float> counts = MemoryMarshal.Cast<Vector512<float>, float>(sums.Counts.AsSpan());
        for (int p = 0, at = 0; p < tile.Positions; p++)
        {
            bool isOverInSome = p >= tile.Shortest;
            for (int b = 0; b < lanes; b++, at++)
            {
                if (isOverInSome && p >= ends[b]) continue;
                int id = ids[at];
                counts[(id * lanes) + b]++;
                if (!sums.IsKnown[id]) Remember(tile, sums, id, at);
            }
        }

        for (int f = 0; f < values.Length; f++)
        {
            Span<float> sum = MemoryMarshal.Cast<Vector512<float>, float>(sums.Values.AsSpan(f * sums.Counts.Length, sums.Counts.Length));
            ReadOnlySpan<float> x = MemoryMarshal.Cast<Vector512<float>, float>(tile[values[f].Value])[..ids.Length];
            for (int p = 0, at = 0; p < tile.Positions; p++)
            {
                bool isOverInSome = p >= tile.Shortest;
                for (int b = 0; b < lanes; b++, at++)
                    if (!isOverInSome || p < ends[b]) sum[(ids[at] * lanes) + b] += x[at];
            }
        }
    }

    private void Remember(Tile tile, TokenSums sums, int id, int at)
    {
        sums.IsKnown[id] = true;
        for (int t = 0; t < scores.Length; t++)
        {
            sums.Keys[(t * tokens) + id] = scores[t].Factor * MemoryMarshal.Cast<Vector512<float>, float>(tile[scores[t].Key])[at];
            if (queriesAreByToken) sums.Queries[(t * tokens) + id] = MemoryMarshal.Cast<Vector512<float>, float>(tile[scores[t].Query])[at];
        }
    }

    /// <summary>One query: a position, or a token. Tokens that do not occur in a lane are no keys there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(Tile tile, TokenSums sums, int query, int v)
    {
        int width = tile.Width;
        int at = (query * width) + v;
        Span<Vector512<float>> row = tile.Scores[..tokens];
        row.Clear();
        for (int s = 0; s < scores.Length; s++)
        {
            Vector512<float> q = queriesAreByToken ? Vector512.Create(sums.Queries[(s * tokens) + query]) : tile[scores[s].Query][at];
            ReadOnlySpan<float> keys = sums.Keys.AsSpan(s * tokens, tokens)[..row.Length];
            for (int t = 0; t < row.Length; t++) row[t] = Vector512.MultiplyAddEstimate(q, Vector512.Create(keys[t]), row[t]);
        }

        ReadOnlySpan<Vector512<float>> counts = sums.Counts.AsSpan(v);
        Vector512<float> max = Vector512.Create(float.NegativeInfinity);
        for (int t = 0; t < row.Length; t++)
        {
            row[t] = Vector512.ConditionalSelect(Vector512.Equals(counts[t * width], Vector512<float>.Zero), Vector512.Create(float.NegativeInfinity), row[t]);
            max = Vector512.MaxNative(max, row[t]);
        }

        Vector512<float> total = default;
        for (int t = 0; t < row.Length; t++)
        {
            row[t] = Exponential.Of(row[t] - max);
            total = Vector512.MultiplyAddEstimate(row[t], counts[t * width], total);
        }

        for (int f = 0; f < values.Length; f++)
        {
            ReadOnlySpan<Vector512<float>> x = sums.Values.AsSpan((f * tokens * width) + v);
            Vector512<float> sum = default;
            for (int t = 0; t < row.Length; t++) sum = Vector512.MultiplyAddEstimate(row[t], x[t * width], sum);
            Span<Vector512<float>> z = queriesAreByToken ? sums.Mixed.AsSpan(f * tokens * width) : tile[values[f].Target];
            z[at] = sum / total;
        }
    }
}
