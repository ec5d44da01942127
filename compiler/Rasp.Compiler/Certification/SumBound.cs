using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>
/// A column to which several heads, the embedding or MLPs add. <paramref name="Most"/>: how large it can become;
/// <paramref name="IsPositive"/>: nothing is ever taken away, so that a relative error of what is added is one of the sum;
/// <paramref name="Roundings"/>: how often the sum is rounded, once for each attention and each writing after the first.
/// </summary>
internal sealed record SumBound(double Most, bool IsPositive, int Roundings)
{
    public static SumBound Of(LengthProof proof, AttentionVariable sum)
    {
        double most = 0;
        bool isPositive = true;
        foreach (AttentionPart part in sum.Parts)
        {
            (Rational least, double own) = Codes(proof, part);
            most += Math.Abs(part.Factor.ToDouble()) * own;
            isPositive &= part.Factor.Sign > 0 && least.Sign >= 0;
        }

        foreach (LinearTerm other in sum.Others)
        {
            ImmutableArray<Rational> added = Added(proof, other);
            most += added.Select(x => Math.Abs(x.ToDouble())).DefaultIfEmpty().Max();
            isPositive &= added.All(x => x.Sign >= 0);
        }

        int attentions = sum.Parts.Select(p => p.Head.Site).Distinct().Count();
        int others = sum.Others.Select(o => o.Variable.Site).Distinct().Count();
        return new SumBound(most, isPositive, sum.Parts.Length + sum.Others.Length == 1 ? 0 : (2 * attentions) + others - 1);
    }

    /// <summary>The least of a part's numbers and the largest magnitude.</summary>
    public static (Rational Least, double Most) Codes(LengthProof proof, AttentionPart part)
    {
        ImmutableArray<Value> values = proof.Domains.Everywhere(part.SOp, proof.MaxLength);
        return values.IsEmpty ? (Rational.Zero, 0) : (values[0].Number, Math.Max(Math.Abs(values[0].Number.ToDouble()), Math.Abs(values[^1].Number.ToDouble())));
    }

    /// <summary>Every number that a term adds.</summary>
    public static ImmutableArray<Rational> Added(LengthProof proof, LinearTerm other) => other.Variable.Encoding == VariableEncoding.OneHot
        ? [.. proof.Classes(other.Variable).Select(c => other.Weights[c])]
        : [.. proof.Domains.Everywhere(other.Variable.SOp, proof.MaxLength).Select(v => v.Number / other.Variable.Unit * other.Weights[0])];

    /// <summary>What adding a grid's offset costs: a rounding at its magnitude for each number that is added and for the offset.</summary>
    public static double OffsetRounding(AttentionVariable sum, NumberFormat format) => (sum.Parts.Length + sum.Others.Length + 1) * format.Spacing(sum.GridOffset) / 2;

    /// <summary>The error of an added number of up to <paramref name="most"/>, with its share of the sum's roundings.</summary>
    public ErrorBound Share(ErrorBound own, double most, double unit)
    {
        double relative = own.Relative + (Roundings * unit);
        return IsPositive ? new ErrorBound(own.Absolute, relative) : new ErrorBound(own.Absolute + (relative * most), 0);
    }
}
