using System.Numerics;

namespace Rasp.Compiler.Domains;

/// <summary>Sums of sets of whole numbers.</summary>
internal static class WholeSums
{
    /// <summary>{a + b | (A, b) in <paramref name="shifted"/>, a in A}, ascending; the sets are ascending.</summary>
    public static long[] Union(IReadOnlyCollection<(long[] Set, long Shift)> shifted)
    {
        (long[] Set, long Shift)[] parts = [.. shifted.Where(s => s.Set.Length > 0)];
        if (parts.Length == 0) return [];
        if (parts.Length == 1) return [.. parts[0].Set.Select(a => checked(a + parts[0].Shift))];
        long low = parts.Min(s => checked(s.Set[0] + s.Shift));
        long high = parts.Max(s => checked(s.Set[^1] + s.Shift));
        long members = parts.Sum(s => (long)s.Set.Length);
        return high - low < (64 * members) + 4096
            ? Dense(parts, low, (int)(high - low) + 1)
            : [.. parts.SelectMany(s => s.Set.Select(a => a + s.Shift)).Distinct().Order()];
    }

    private static long[] Dense((long[] Set, long Shift)[] parts, long low, int range)
    {
        ulong[] present = new ulong[(range + 63) / 64];
        foreach ((long[] set, long shift) in parts)
        {
            foreach (long a in set)
            {
                long bit = a + shift - low;
                present[bit >> 6] |= 1UL << (int)(bit & 63);
            }
        }

        long[] sums = new long[present.Sum(w => BitOperations.PopCount(w))];
        int next = 0;
        for (int w = 0; w < present.Length; w++)
            for (ulong rest = present[w]; rest != 0; rest &= rest - 1) sums[next++] = low + (64L * w) + BitOperations.TrailingZeroCount(rest);
        return sums;
    }
}
