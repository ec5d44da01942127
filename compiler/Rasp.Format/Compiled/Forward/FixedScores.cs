using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>The part of a head's scores that no token decides: Σ_f factor_f·query_f[p]·key_f[j] over features whose queries and keys are fixed.</summary>
internal sealed class FixedScores(bool causal, ImmutableArray<ScoreProduct> terms)
{
    /// <summary>The scores of so many positions [vector of queries, key], with room for the keys of the longest inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Vector512<float>[] Of(Tile tile, int positions)
    {
        int capacity = tile.Capacity;
        Vector512<float>[] scores = new Vector512<float>[Tile.Vectors(capacity) * capacity];
        foreach ((Row query, Row key, float factor) in terms)
        {
            float[] q = new float[Tile.Vectors(positions) * Vector512<float>.Count];
            tile.NumbersOf(query).AsSpan(0, positions).CopyTo(q);
            float[] k = tile.NumbersOf(key);
            for (int v = 0; v < Tile.Vectors(positions); v++)
            {
                Vector512<float> queries = factor * MemoryMarshal.Cast<float, Vector512<float>>(q)[v];
                if (queries == Vector512<float>.Zero) continue;
                for (int j = 0; j < positions; j++) scores[(v * capacity) + j] += queries * k[j];
            }
        }

        if (!causal) return scores;
        for (int p = 0; p < positions; p++)
        {
            (int v, int lane) = Math.DivRem(p, Vector512<float>.Count);
            for (int j = p + 1; j < positions; j++) scores[(v * capacity) + j] = scores[(v * capacity) + j].WithElement(lane, float.NegativeInfinity);
        }

        return scores;
    }
}
