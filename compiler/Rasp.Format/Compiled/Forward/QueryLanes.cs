using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rasp.Format;

/// <summary>Attention of sixteen neighbouring queries, each in a lane of a vector, which go through the keys together.</summary>
internal static class QueryLanes
{
    public const int Count = 16;

    /// <summary>
    /// Keys are added up in blocks, and the blocks then: equal terms, one after the other, would all be rounded to the same side,
    /// and n roundings add up where n/32 + 32 do not.
    /// </summary>
    private const int Block = 32;

    /// <summary>row += Σ query·key; the largest score of each query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Add(Span<Vector512<float>> row, ReadOnlySpan<Vector512<float>> queries, ReadOnlySpan<int> keys, ReadOnlySpan<float> numbers)
    {
        // Keys whose scores are added up together.
        const int Four = 4;
        keys = keys[..queries.Length];
        Vector512<float> maxA = Vector512.Create(float.NegativeInfinity), maxB = maxA;
        int j = 0;
        for (; j + Four <= row.Length; j += Four)
        {
            (Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) = (row[j], row[j + 1], row[j + 2], row[j + 3]);
            for (int t = 0; t < queries.Length; t++)
            {
                ReadOnlySpan<float> k = numbers.Slice(keys[t] + j, Four);
                a = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(k[0]), a);
                b = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(k[1]), b);
                c = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(k[2]), c);
                d = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(k[3]), d);
            }

            (row[j], row[j + 1], row[j + 2], row[j + 3]) = (a, b, c, d);
            maxA = Vector512.MaxNative(maxA, Vector512.MaxNative(a, b));
            maxB = Vector512.MaxNative(maxB, Vector512.MaxNative(c, d));
        }

        for (; j < row.Length; j++)
        {
            Vector512<float> sum = row[j];
            for (int t = 0; t < queries.Length; t++) sum = Vector512.MultiplyAddEstimate(queries[t], Vector512.Create(numbers[keys[t] + j]), sum);
            row[j] = sum;
            maxA = Vector512.MaxNative(maxA, sum);
        }

        return Vector512.MaxNative(maxA, maxB);
    }

    /// <summary>
    /// The keys that have a weight for any of the queries, and their weights, not yet divided by their sum, in place of the first scores.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (int Count, Vector512<float> Total) Exponentials(Span<Vector512<float>> row, Vector512<float> max, Span<int> keys)
    {
        keys = keys[..row.Length];
        int count = 0;
        Vector512<float> total = default;
        Vector512<float> known = default;
        Vector512<float> ofKnown = Vector512<float>.One;
        for (int j = 0; j < row.Length; j++)
        {
            // Most keys that a query selects have one score, whose exponential is at hand.
            Vector512<float> below = row[j] - max;
            Vector512<float> isNone = Vector512.LessThan(below, Exponential.Least);
            bool hasNone = Vector512.LessThanAll(below, Exponential.Least);
            below = Vector512.ConditionalSelect(isNone, known, below);
            if (below != known) (known, ofKnown) = (below, Exponential.Of(below));
            Vector512<float> weight = Vector512.AndNot(ofKnown, isNone);
            total += weight;
            row[count] = weight;
            keys[count] = j;
            // Which keys have none cannot be foretold, so nothing branches on it.
            count += hasNone ? 0 : 1;
        }

        return (count, total);
    }

    /// <summary>Σ weight·x[key].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Mix(ReadOnlySpan<float> x, ReadOnlySpan<int> keys, ReadOnlySpan<Vector512<float>> weights)
    {
        weights = weights[..keys.Length];
        Vector512<float> sum = default;
        for (int from = 0; from < keys.Length; from += Block)
        {
            Vector512<float> part = default;
            for (int i = from; i < Math.Min(from + Block, keys.Length); i++)
                part = Vector512.MultiplyAddEstimate(weights[i], Vector512.Create(x[keys[i]]), part);
            sum += part;
        }

        return sum;
    }
}
