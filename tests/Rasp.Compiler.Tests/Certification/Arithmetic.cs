namespace Rasp.Compiler.Tests.Certification;

/// <summary>In which order the terms of a product are added.</summary>
internal enum Summation
{
    Ascending,
    Descending,
    Shuffled,
}

/// <summary>A number format by the bits of its numbers, independent of what the compiler knows of it.</summary>
internal sealed record Arithmetic(string Name, Func<float, float> Round)
{
    public static Arithmetic Of(string name) => name switch
    {
        "fp32" => new Arithmetic(name, x => x),
        "fp16" => new Arithmetic(name, x => (float)(Half)x),
        "bf16" => new Arithmetic(name, BrainFloat),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such format"),
    };

    /// <summary>
    /// The upper half of a float's bits, rounded to even: adding 0x7FFF, and 1 where the upper half is odd, carries exactly where
    /// the lower half is above its middle, or on it below an odd number.
    /// </summary>
    private static float BrainFloat(float x)
    {
        if (!float.IsFinite(x)) return x;
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF_0000);
    }

    /// <summary>The order of <paramref name="count"/> terms.</summary>
    public static int[] Order(Summation summation, int count, int seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        if (summation == Summation.Descending) Array.Reverse(order);
        if (summation == Summation.Shuffled) new Random(seed).Shuffle(order);
        return order;
    }
}
