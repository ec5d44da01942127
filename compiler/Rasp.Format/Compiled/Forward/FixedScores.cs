using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.CompilerServices;

namespace Rasp.Format;

/// <summary>The part of a head's scores that no token decides: Σ_f factor_f·query_f[p]·key_f[j] over features whose queries and keys are fixed.</summary>
internal sealed class FixedScores(ImmutableArray<ScoreProduct> terms)
{
    /// <summary>The scores [query, key] of so many positions; a row has room for the longest inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float[] Of(Tile tile, int positions)
    {
        float[] scores = new float[tile.Capacity * tile.Capacity];
        foreach ((Row query, Row key, float factor) in terms)
        {
            float[] q = tile.Lane(query);
            float[] k = tile.Lane(key);
            int[] keys = [.. Enumerable.Range(0, positions).Where(j => k[j] != 0)];
            for (int p = 0; p < positions; p++)
            {
                if (q[p] == 0) continue;
                Span<float> row = scores.AsSpan(p * tile.Capacity, positions);
                if (2 * keys.Length > positions) AddScaled(row, factor * q[p], k);
                else
                    foreach (int j in keys) row[j] += factor * q[p] * k[j];
            }
        }

        return scores;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(Span<float> row, float factor, ReadOnlySpan<float> x)
    {
        int j = 0;
        for (; j + Vector512<float>.Count <= row.Length; j += Vector512<float>.Count)
            (Vector512.Create<float>(row[j..]) + (Vector512.Create<float>(x[j..]) * factor)).CopyTo(row[j..]);
        for (; j < row.Length; j++) row[j] += x[j] * factor;
    }
}
