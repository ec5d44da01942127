namespace Rasp.Compiler.Lowering;

/// <summary>Powers of two, on whose grids number formats hold numbers.</summary>
internal static class PowerOfTwo
{
    /// <summary>The largest one that is not larger than x &gt; 0.</summary>
    public static double AtMost(double x) => Math.ScaleB(1, Math.ILogB(x));

    /// <summary>The smallest one that is not smaller than x &gt; 0.</summary>
    public static double AtLeast(double x) => AtMost(x) < x ? 2 * AtMost(x) : x;

    /// <summary>The largest power of two up to 1 of which x is a multiple, or 2⁻³⁰.</summary>
    public static double Dividing(double x)
    {
        double grid = 1;
        while (x / grid != Math.Floor(x / grid) && grid > 1e-9) grid /= 2;
        return grid;
    }

    public static bool Is(double x) => x > 0 && double.IsPow2(x);
}
