using System.Numerics;
using System.Runtime.Intrinsics;
using Rasp.Compiler.Graph;

namespace Rasp.Compiler.Interpretation;

/// <summary>Rows of booleans, 64 to a word, the first in the lowest bit; bits beyond the last are 0.</summary>
internal static class BitRows
{
    public static int Words(int count) => (count + 63) / 64;

    /// <summary>The first set bit of a row that has one.</summary>
    public static int First(ReadOnlySpan<ulong> row)
    {
        int word = 0;
        while (row[word] == 0) word++;
        return (word * 64) + BitOperations.TrailingZeroCount(row[word]);
    }

    public static int Count(ReadOnlySpan<ulong> row)
    {
        int count = 0;
        foreach (ulong word in row) count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>Sets the bits before <paramref name="count"/>, clears the rest.</summary>
    public static void Fill(Span<ulong> row, int count)
    {
        row.Clear();
        row[..(count / 64)].Fill(ulong.MaxValue);
        if (count % 64 > 0) row[count / 64] = (1UL << (count % 64)) - 1;
    }

    /// <summary>Clears the bits from <paramref name="count"/> on.</summary>
    public static void Truncate(Span<ulong> row, int count)
    {
        if (count / 64 >= row.Length) return;
        row[count / 64] &= (1UL << (count % 64)) - 1;
        row[((count / 64) + 1)..].Clear();
    }

    /// <summary>row[k] = keys[k] op query.</summary>
    public static void Compare(Comparison comparison, ReadOnlySpan<long> keys, long query, Span<ulong> row)
    {
        switch (comparison)
        {
            case Comparison.Equal: Compare<Equal>(keys, query, row, flip: 0); break;
            case Comparison.NotEqual: Compare<Equal>(keys, query, row, flip: ulong.MaxValue); break;
            case Comparison.Less: Compare<Less>(keys, query, row, flip: 0); break;
            case Comparison.GreaterOrEqual: Compare<Less>(keys, query, row, flip: ulong.MaxValue); break;
            case Comparison.Greater: Compare<Greater>(keys, query, row, flip: 0); break;
            case Comparison.LessOrEqual: Compare<Greater>(keys, query, row, flip: ulong.MaxValue); break;
            default: throw new ArgumentOutOfRangeException(nameof(comparison), comparison, null);
        }
    }

    private interface IOrder
    {
        static abstract Vector256<long> Of(Vector256<long> keys, Vector256<long> query);

        static abstract bool Of(long key, long query);
    }

    private static void Compare<TOrder>(ReadOnlySpan<long> keys, long query, Span<ulong> row, ulong flip) where TOrder : IOrder
    {
        Vector256<long> queries = Vector256.Create(query);
        for (int w = 0; w < row.Length; w++)
        {
            ReadOnlySpan<long> part = keys.Slice(w * 64, Math.Min(64, keys.Length - (w * 64)));
            ulong bits = 0;
            int k = 0;
            for (; k + Vector256<long>.Count <= part.Length; k += Vector256<long>.Count)
                bits |= (ulong)TOrder.Of(Vector256.Create(part[k..]), queries).ExtractMostSignificantBits() << k;
            for (; k < part.Length; k++) bits |= TOrder.Of(part[k], query) ? 1UL << k : 0;
            row[w] = bits ^ flip;
        }

        Truncate(row, keys.Length);
    }

    private readonly struct Equal : IOrder
    {
        public static Vector256<long> Of(Vector256<long> keys, Vector256<long> query) => Vector256.Equals(keys, query);

        public static bool Of(long key, long query) => key == query;
    }

    private readonly struct Less : IOrder
    {
        public static Vector256<long> Of(Vector256<long> keys, Vector256<long> query) => Vector256.LessThan(keys, query);

        public static bool Of(long key, long query) => key < query;
    }

    private readonly struct Greater : IOrder
    {
        public static Vector256<long> Of(Vector256<long> keys, Vector256<long> query) => Vector256.GreaterThan(keys, query);

        public static bool Of(long key, long query) => key > query;
    }
}
