using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>The weights on one variable's columns: one per value of a one-hot variable, one for a scalar.</summary>
internal sealed record LinearTerm(Variable Variable, ImmutableArray<Rational> Weights);

/// <summary>A number that is read from the residual stream: constant + Σ weight · column.</summary>
internal sealed record LinearForm(Rational Constant, ImmutableArray<LinearTerm> Terms)
{
    public static LinearForm Zero { get; } = new(Rational.Zero, []);

    public IEnumerable<Variable> Reads => Terms.Select(t => t.Variable);

    public Site Site => Site.Latest(Reads.Select(v => v.Site));

    /// <summary>A bound of the reading's error: the variables' own errors and the rounding of the weighted sum in single precision.</summary>
    public double Error => Terms.Sum(TermError);

    /// <summary>The largest sum of the terms' magnitudes.</summary>
    public double Magnitude => Math.Abs(Constant.ToDouble()) + Terms.Sum(Largest);

    /// <summary>Of what every reading but the constant is a multiple in single precision; 0: of nothing known.</summary>
    public double Grid => Error == 0 ? 1 : Terms is [{ Variable: AttentionVariable { Grid: > 0 } sum, Weights: [var weight] }] && (weight == 1 || weight == -1) ? sum.Grid : 0;

    public static LinearForm Of(Variable scalar) => new(Rational.Zero, [new LinearTerm(scalar, [scalar.Unit])]);

    public static LinearForm operator +(LinearForm a, LinearForm b)
    {
        List<LinearTerm> terms = [.. a.Terms];
        foreach (LinearTerm term in b.Terms)
        {
            int at = terms.FindIndex(t => t.Variable == term.Variable);
            if (at < 0)
                terms.Add(term);
            else
                terms[at] = term with { Weights = [.. terms[at].Weights.Zip(term.Weights, (x, y) => x + y)] };
        }

        return new LinearForm(a.Constant + b.Constant, [.. terms]);
    }

    /// <summary>How many times the other this is, but for the constants; null where it is no multiple.</summary>
    public Rational? RatioTo(LinearForm other)
    {
        if (Terms.Length == 0 || Terms.Length != other.Terms.Length) return null;
        Rational? ratio = null;
        foreach (LinearTerm term in Terms)
        {
            if (other.Terms.FirstOrDefault(t => t.Variable == term.Variable) is not LinearTerm same) return null;
            foreach ((Rational own, Rational others) in term.Weights.Zip(same.Weights))
            {
                if ((own == Rational.Zero) != (others == Rational.Zero)) return null;
                if (own == Rational.Zero) continue;
                if ((ratio ??= own / others) != own / others) return null;
            }
        }

        return ratio;
    }

    public LinearForm Times(Rational factor) => new(
        Constant * factor,
        [.. Terms.Select(t => t with { Weights = [.. t.Weights.Select(w => w * factor)] })]);

    public static LinearForm operator -(LinearForm a, LinearForm b) => a + b.Times(-1);

    private static double TermError(LinearTerm term)
    {
        bool exact = term.Variable.Error == 0 && term.Variable.Codes.All(c => c.IsInteger) && term.Weights.All(w => w.IsInteger) && Largest(term) <= SinglePrecision.ExactIntegers;
        if (exact) return 0;
        return (LargestWeight(term) * term.Variable.Error) + (Largest(term) * SinglePrecision.Rounding * 2);
    }

    private static double Largest(LinearTerm term) =>
        LargestWeight(term) * (term.Variable.Encoding == VariableEncoding.OneHot ? 1 : term.Variable.Codes.Max(c => Math.Abs(c.ToDouble())));

    private static double LargestWeight(LinearTerm term) => term.Weights.Max(w => Math.Abs(w.ToDouble()));
}
