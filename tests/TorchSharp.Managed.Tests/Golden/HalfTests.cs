using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharp.Managed.Tests.Golden;

/// <summary>All 65,536 values of both narrow formats, their neighbours' midpoints and what lies next to them.</summary>
public class HalfTests
{
    private static readonly ushort[] Patterns = [.. Enumerable.Range(0, 1 << 16).Select(static i => (ushort)i)];

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Every_value_widens_exactly_and_comes_back(ScalarType type)
    {
        var wide = Widened(type, Patterns);
        for (var i = 0; i < Patterns.Length; i++) Assert.Equal(Exact(type, Patterns[i]), wide[i]);
        var back = Narrowed(type, wide);
        for (var i = 0; i < Patterns.Length; i++)
            Assert.True(float.IsNaN(wide[i]) ? double.IsNaN(Exact(type, back[i])) : back[i] == Patterns[i], $"{Patterns[i]:x4} came back as {back[i]:x4}");
    }

    // The midpoint of two neighbours goes to the even pattern; a float just off it goes to the nearer one. The neighbour of the
    // largest finite value is the infinity, whose place in the sequence is one more step away.
    [Theory]
    [InlineData(ScalarType.Float16, 0x7C00)]
    [InlineData(ScalarType.BFloat16, 0x7F80)]
    public void Midpoints_go_to_even(ScalarType type, int infinity)
    {
        var lower = Patterns[..infinity];
        float[] middle = [.. lower.Select(p => (float)((Exact(type, p) + (p + 1 == infinity ? 2 * Exact(type, p) - Exact(type, (ushort)(p - 1)) : Exact(type, (ushort)(p + 1)))) / 2))];
        foreach (var sign in new[] { 1, -1 })
        {
            var signBit = sign < 0 ? 0x8000 : 0;
            ushort[] at = Narrowed(type, [.. middle.Select(m => sign * m)]),
                below = Narrowed(type, [.. middle.Select(m => sign * MathF.BitDecrement(m))]),
                above = Narrowed(type, [.. middle.Select(m => sign * MathF.BitIncrement(m))]);
            for (var i = 0; i < lower.Length; i++)
            {
                Assert.Equal((i % 2 == 0 ? i : i + 1) | signBit, at[i]);
                Assert.Equal(i | signBit, below[i]);
                Assert.Equal((i + 1) | signBit, above[i]);
            }
        }
    }

    private static double Exact(ScalarType type, ushort bits) => type == ScalarType.BFloat16
        ? BitConverter.UInt32BitsToSingle((uint)bits << 16)
        : (double)BitConverter.UInt16BitsToHalf(bits);

    private static float[] Widened(ScalarType type, ushort[] patterns)
    {
        using var narrow = empty(patterns.Length, type);
        narrow.bytes = MemoryMarshal.AsBytes<ushort>(patterns.AsSpan());
        using var wide = narrow.to(float32);
        return wide.data<float>().ToArray();
    }

    private static ushort[] Narrowed(ScalarType type, float[] values)
    {
        using var wide = tensor(values);
        using var narrow = wide.to(type);
        return MemoryMarshal.Cast<byte, ushort>(narrow.bytes).ToArray();
    }
}
