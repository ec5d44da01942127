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
        while (!Suffice(largestBase, count, numbers)) count++;
        int @base = 1;
        while (!Suffice(@base, count, numbers)) @base++;
        return new Digits(@base, count);
    }

    private static bool Suffice(int @base, int count, int numbers)
    {
        long reached = 1;
        for (int i = 0; i < count && reached < numbers; i++) reached *= @base;
        return reached >= numbers;
    }

    /// <summary>The most significant digit first.</summary>
    public ImmutableArray<int> Of(int number)
    {
        int[] digits = new int[Count];
        for (int i = Count - 1; i >= 0; i--) (number, digits[i]) = Math.DivRem(number, Base);
        return [.. digits];
    }
}
