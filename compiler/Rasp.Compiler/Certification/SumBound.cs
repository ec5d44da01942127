using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Lowering;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>
/// A column to which several heads, the embedding or MLPs add. <paramref name="Most"/>: how large it can become;
/// <paramref name="IsPositive"/>: nothing is ever taken away, so that a relative error of what is added is one of the sum;
/// <paramref name="Roundings"/>: how often the sum is rounded, once for each attention and each writing after the first;
/// <paramref name="Grid"/>: a power of two, at most 1, of which all that is added are multiples, or 0.
/// </summary>
internal sealed record SumBound(double Most, bool IsPositive, int Roundings, double Grid)
{
    public static SumBound Of(LengthProof proof, AttentionVariable sum)
    {
        double most = 0;
        bool isPositive = true;
        double grid = 1;
        foreach (AttentionPart part in sum.Parts)
        {
            (Rational least, double own) = Codes(proof, part);
            most += Math.Abs(part.Factor.ToDouble()) * own;
            grid = Math.Min(grid, proof.Domains.Everywhere(Summed(part), proof.MaxLength).All(v => v.Number.IsInteger) ? GridOf(part.Factor) : 0);
            isPositive &= part.Factor.Sign > 0 && least.Sign >= 0;
        }

        foreach (LinearTerm other in sum.Others)
        {
            ImmutableArray<Rational> added = Added(proof, other);
            most += added.Select(x => Math.Abs(x.ToDouble())).DefaultIfEmpty().Max();
            isPositive &= added.All(x => x.Sign >= 0);
            grid = Math.Min(grid, added.Select(GridOf).DefaultIfEmpty(1).Min());
        }

        int attentions = sum.Parts.Select(p => p.Head.Site).Distinct().Count();
        int others = sum.Others.Select(o => o.Variable.Site).Distinct().Count();
        return new SumBound(most, isPositive, sum.Parts.Length + sum.Others.Length == 1 ? 0 : (2 * attentions) + others - 1, grid);
    }

    /// <summary>Every multiple that a part adds.</summary>
    public static IEnumerable<Rational> Added(LengthProof proof, AttentionPart part)
    {
        ImmutableArray<Value> values = proof.Domains.Everywhere(Summed(part), proof.MaxLength);
        if (part is not { Count: not null, SOp: AggregateSOp aggregate }) return values.Select(v => v.Number * part.Factor);
        int terms = proof.Domains.Selectors.LargestWidth(aggregate.Selector, proof.MaxLength);
        long low = values.Min(v => Math.Min(v.Number.Numerator, 0)) * terms;
        long high = values.Max(v => Math.Max(v.Number.Numerator, 0)) * terms;
        return Enumerable.Range(0, (int)(high - low) + 1).Select(i => (low + i) * part.Factor);
    }

    private static double GridOf(Rational x) => PowerOfTwo.Dividing(x.ToDouble());

    /// <summary>What a part's numbers are, or are sums of.</summary>
    private static SOp Summed(AttentionPart part) => part is { Count: not null, SOp: AggregateSOp summed } ? summed.Value : part.SOp;

    /// <summary>The least of a part's numbers, or of what they are sums of, and the largest magnitude.</summary>
    public static (Rational Least, double Most) Codes(LengthProof proof, AttentionPart part)
    {
        ImmutableArray<Value> values = proof.Domains.Everywhere(Summed(part), proof.MaxLength);
        if (values.IsEmpty) return (Rational.Zero, 0);
        int terms = part is { Count: not null, SOp: AggregateSOp summed } ? proof.Domains.Selectors.LargestWidth(summed.Selector, proof.MaxLength) : 1;
        return (values[0].Number, terms * Math.Max(Math.Abs(values[0].Number.ToDouble()), Math.Abs(values[^1].Number.ToDouble())));
    }

    /// <summary>Every number that a term adds.</summary>
    public static ImmutableArray<Rational> Added(LengthProof proof, LinearTerm other) => other.Variable.Encoding == VariableEncoding.OneHot
        ? [.. proof.Classes(other.Variable).Select(c => other.Weights[c])]
        : [.. proof.Domains.Everywhere(other.Variable.SOp, proof.MaxLength).Select(v => v.Number / other.Variable.Unit * other.Weights[0])];

    /// <summary>What adding a grid's offset costs: a rounding at its magnitude for each number that is added and for the offset.</summary>
    public static double OffsetRounding(AttentionVariable sum, NumberFormat format) => (sum.Parts.Length + sum.Others.Length + 1) * format.Spacing(sum.GridOffset) / 2;

    /// <summary>Whether the format holds every partial sum.</summary>
    public bool Holds(NumberFormat format) => Most <= Grid * Math.ScaleB(1, format.Precision);

    /// <summary>
    /// The error of an added number of up to <paramref name="most"/>, with its share of the sum's roundings. Where the format holds every
    /// partial sum, a rounding moves what is off by an error no further than that error.
    /// </summary>
    public ErrorBound Share(ErrorBound own, double most, NumberFormat format)
    {
        double relative = own.Relative + (Roundings * format.Unit);
        ErrorBound rounded = IsPositive ? new ErrorBound(own.Absolute, relative) : new ErrorBound(own.Absolute + (relative * most), 0);
        double times = Math.ScaleB(1, Roundings);
        ErrorBound moved = IsPositive ? new ErrorBound(times * own.Absolute, times * own.Relative) : new ErrorBound(times * own.At(most), 0);
        return Holds(format) && moved.At(most) < rounded.At(most) ? moved : rounded;
    }
}
