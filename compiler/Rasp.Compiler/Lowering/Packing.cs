using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// Several atoms' codes as one number that tells every combination apart.
/// <code>
/// z = M₁·code₁ + M₂·code₂ + … + code_k        M_j · (smallest difference of code_j) ≥ range of what follows + its smallest difference
/// </code>
/// The multipliers are powers of two, or their negatives, so that a scaled exact code is exact.
/// </summary>
internal sealed record Packing(LinearForm Reading, ImmutableArray<Rational> Multipliers)
{
    /// <summary>
    /// <paramref name="order"/> lists the atoms from the most to the least significant, <paramref name="codes"/> [atom] the codes that each
    /// can have; null where a multiplier would pass <see cref="CompileLimits.PackingFactor"/>. Within a range of codes nothing less significant can be told apart.
    /// <paramref name="turned"/>: the most significant counts the other way.
    /// </summary>
    public static Packing? Of(ImmutableArray<Atom> atoms, ImmutableArray<ImmutableArray<CodeRange>> codes, ImmutableArray<int> order, bool turned)
    {
        Rational[] multipliers = new Rational[atoms.Length];
        LinearForm reading = LinearForm.Zero;
        Rational range = Rational.Zero;
        Rational gap = Rational.Zero;
        foreach (int atom in order.Reverse())
        {
            ImmutableArray<CodeRange> own = codes[atom];
            Rational smallest = SmallestDifference(own);
            Rational multiplier = Rational.One;
            Rational span = own.Max(c => c.High) - own[0].Low;
            if (span != Rational.Zero)
            {
                while (gap != Rational.Zero && multiplier * smallest < range + gap)
                {
                    multiplier *= 2;
                    if (multiplier > CompileLimits.PackingFactor) return null;
                }

                range += multiplier * span;
                if (gap == Rational.Zero) gap = smallest;
            }

            // A multiple of one column counts upwards with it, so that small readings come from small columns.
            if (atoms[atom].Reading.Terms is [{ Weights: [var weight] }] && weight.Sign < 0) multiplier = -multiplier;
            if (turned && atom == order[0]) multiplier = -multiplier;
            multipliers[atom] = multiplier;
            reading += atoms[atom].Reading.Times(multiplier);
        }

        return new Packing(reading, [.. multipliers]);
    }

    public CodeRange Pack(ImmutableArray<CodeRange> codes)
    {
        CodeRange z = CodeRange.Zero;
        for (int i = 0; i < codes.Length; i++) z += codes[i].Times(Multipliers[i]);
        return z;
    }

    /// <summary>The least distance between two codes or ranges that do not overlap; 1 where there are none.</summary>
    private static Rational SmallestDifference(ImmutableArray<CodeRange> ascending)
    {
        Rational? smallest = null;
        Rational high = ascending[0].High;
        foreach (CodeRange codes in ascending)
        {
            if (codes.Low > high && (smallest is null || codes.Low - high < smallest)) smallest = codes.Low - high;
            if (codes.High > high) high = codes.High;
        }

        return smallest ?? Rational.One;
    }
}
