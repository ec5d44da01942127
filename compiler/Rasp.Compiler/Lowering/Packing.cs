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
    /// <summary><paramref name="order"/> lists the atoms from the most to the least significant; null where a multiplier would pass 2³⁰.</summary>
    public static Packing? Of(ImmutableArray<Atom> atoms, ImmutableArray<ImmutableArray<Rational>> codes, ImmutableArray<int> order)
    {
        Rational[] multipliers = new Rational[atoms.Length];
        LinearForm reading = LinearForm.Zero;
        Rational range = Rational.Zero;
        Rational gap = Rational.Zero;
        foreach (int atom in order.Reverse())
        {
            ImmutableArray<Rational> own = codes[atom];
            Rational smallest = SmallestDifference(own);
            Rational multiplier = Rational.One;
            if (own.Length > 1)
            {
                while (gap != Rational.Zero && multiplier * smallest < range + gap)
                {
                    multiplier *= 2;
                    if (multiplier > (1 << 30)) return null;
                }

                range += multiplier * (own[^1] - own[0]);
                if (gap == Rational.Zero) gap = smallest;
            }

            // A multiple of one column counts upwards with it, so that small readings come from small columns.
            if (atoms[atom].Reading.Terms is [{ Weights: [var weight] }] && weight.Sign < 0) multiplier = -multiplier;
            multipliers[atom] = multiplier;
            reading += atoms[atom].Reading.Times(multiplier);
        }

        return new Packing(reading, [.. multipliers]);
    }

    public Rational Pack(ImmutableArray<Rational> codes)
    {
        Rational z = Rational.Zero;
        for (int i = 0; i < codes.Length; i++) z += Multipliers[i] * codes[i];
        return z;
    }

    private static Rational SmallestDifference(ImmutableArray<Rational> ascending)
    {
        Rational smallest = Rational.One;
        for (int i = 1; i < ascending.Length; i++)
        {
            Rational difference = ascending[i] - ascending[i - 1];
            if (i == 1 || difference < smallest) smallest = difference;
        }

        return smallest;
    }
}
