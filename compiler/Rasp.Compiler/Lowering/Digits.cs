using System.Collections.Immutable;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// The numbers 0 … count − 1 in few digits of a small base: what a format of few bits cannot hold or square in one number.
/// </summary>
internal sealed record Digits(int Base, int Count)
{
    /// <summary>The fewest digits of a base up to <paramref name="largestBase"/>, and the smallest base for that many.</summary>
    public static Digits For(int numbers, int largestBase)
    {
        int count = 1;
        while (Math.Pow(largestBase, count) < numbers) count++;
        int @base = 1;
        while (Math.Pow(@base, count) < numbers) @base++;
        return new Digits(@base, count);
    }

    /// <summary>The most significant digit first.</summary>
    public ImmutableArray<int> Of(int number)
    {
        int[] digits = new int[Count];
        for (int i = Count - 1; i >= 0; i--) (number, digits[i]) = Math.DivRem(number, Base);
        return [.. digits];
    }
}
