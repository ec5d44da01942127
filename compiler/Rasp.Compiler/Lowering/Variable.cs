using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Format;

namespace Rasp.Compiler.Lowering;

/// <summary>
/// Something that stands in the residual stream in columns of its own. One-hot: any columns that tell its values apart as far as
/// they are read; the functions of its value that others read are given by class, as if there were a column for each. Scalar: one column
/// that holds <see cref="Codes"/>[i] for value i, up to <see cref="Error"/> where it comes out of a softmax.
/// </summary>
internal abstract class Variable
{
    protected Variable(SOp sop, VariableEncoding encoding, ImmutableArray<Value> values, ImmutableArray<Rational> codes, Site site, double error)
    {
        SOp = sop;
        Encoding = encoding;
        Values = values;
        Codes = codes;
        Site = site;
        Error = error;
    }

    public SOp SOp { get; }

    public VariableEncoding Encoding { get; }

    public ImmutableArray<Value> Values { get; }

    /// <summary>Empty for one-hot variables.</summary>
    public ImmutableArray<Rational> Codes { get; }

    /// <summary>What a scalar's column counts: value = unit · code.</summary>
    public Rational Unit { get; private protected init; } = Rational.One;

    public Site Site { get; }

    /// <summary>A bound of |column − code|, of an MLP's number the expected size; 0 where the column is exact.</summary>
    public double Error { get; }

    /// <summary>The variables whose columns are read to write this one.</summary>
    public abstract IEnumerable<Variable> Reads { get; }
}

/// <summary>The token or the position, one-hot, from the embedding.</summary>
internal sealed class EmbeddingVariable(SOp sop, ImmutableArray<Value> values)
    : Variable(sop, VariableEncoding.OneHot, values, [], Site.Embedding, 0)
{
    public override IEnumerable<Variable> Reads => [];
}

/// <summary>
/// What one head adds to a variable: factor · the value of <paramref name="SOp"/>, which its value vectors hold at the selected
/// positions; <paramref name="Count"/> says how, where they are counted or summed instead of averaged.
/// </summary>
internal sealed record AttentionPart(SOp SOp, Head Head, MovedValue Moved, CountCode? Count, Rational Factor)
{
    public IEnumerable<Variable> Reads => Head.Reads.Concat(Moved.Reads);

    /// <summary>What the head's value vector is multiplied with on its way to the column.</summary>
    public double OutputWeight => Factor.ToDouble() * (Count?.Output ?? 1);
}

/// <summary>
/// What attention moves: a number, as its mean over the selected positions, or a one-hot value from the one selected position;
/// or a sum to which several heads add: the counts of a width's parts, or numbers packed into one.
/// </summary>
internal sealed class AttentionVariable : Variable
{
    private AttentionVariable(
        SOp sop, VariableEncoding encoding, ImmutableArray<Value> values, ImmutableArray<Rational> codes, ImmutableArray<AttentionPart> parts,
        ImmutableArray<LinearTerm> terms, double error)
        : base(sop, encoding, values, codes, Site.Latest(parts.Select(p => p.Head.Site).Concat(terms.Select(t => t.Variable.Site))), error)
    {
        Parts = parts;
        Terms = terms;
        Others = [.. terms.Where(t => t.Variable is not AttentionVariable)];
    }

    /// <summary>One, but for sums.</summary>
    public ImmutableArray<AttentionPart> Parts { get; }

    /// <summary>Of packed numbers: the variables that they are, and how they are scaled.</summary>
    public ImmutableArray<LinearTerm> Terms { get; }

    /// <summary>The terms that the embedding and MLPs add, where they write these variables; the others are in <see cref="Parts"/>.</summary>
    public ImmutableArray<LinearTerm> Others { get; }

    /// <summary>
    /// Where packed numbers are rounded to a grid: of what the column is a multiple in single precision. Attention's output adds
    /// <see cref="GridOffset"/>, the embedding has taken it away. 0: no grid.
    /// </summary>
    public double Grid { get; private init; }

    /// <summary>1.5·2²³·<see cref="Grid"/>, so that all numbers up to a third of it are rounded to the grid.</summary>
    public double GridOffset => 1.5 * (1 << 23) * Grid;

    /// <summary>Whether the number is several packed into one, of which <see cref="Variable.SOp"/> is a function.</summary>
    public bool IsPacked { get; private init; }

    public override IEnumerable<Variable> Reads => Parts.SelectMany(p => p.Reads).Concat(Others.Select(o => o.Variable));

    public static AttentionVariable Scalar(SOp sop, ImmutableArray<Value> values, AttentionPart part, double error) =>
        new(sop, VariableEncoding.Linear, values, [.. values.Select(v => v.Number)], [part], [], error);

    public static AttentionVariable Count(SOp sop, ImmutableArray<Value> values, ImmutableArray<AttentionPart> parts, double error) =>
        new(sop, VariableEncoding.Linear, values, [.. values.Select(v => v.Number)], parts, [], error);

    /// <summary>
    /// The weighted sum of numbers that stand in columns of their own, which several readers would otherwise each add up. Without
    /// <paramref name="values"/> not all its numbers are listed: only the ends of <paramref name="codes"/>' ranges.
    /// </summary>
    public static AttentionVariable Packed(SOp sop, ImmutableArray<Value> values, ImmutableArray<Rational> codes, ImmutableArray<LinearTerm> terms, double error, double grid)
    {
        IEnumerable<AttentionPart> parts =
            from term in terms
            from part in (term.Variable as AttentionVariable)?.Parts ?? []
            select part with { Factor = part.Factor * term.Weights[0] };
        return new AttentionVariable(sop, VariableEncoding.Linear, values, codes, [.. parts], terms, error) { IsPacked = true, Grid = grid };
    }

    /// <summary>The sum over the selected positions of what one head moves.</summary>
    public static AttentionVariable Sum(SOp sop, ImmutableArray<Rational> codes, AttentionPart part, double error) =>
        new(sop, VariableEncoding.Linear, [.. codes.Select(Value.FromNumber)], codes, [part], [], error) { IsPacked = true };

    public static AttentionVariable OneHot(SOp sop, ImmutableArray<Value> values, Head head, MovedValue moved) =>
        new(sop, VariableEncoding.OneHot, values, [], [new AttentionPart(sop, head, moved, null, Rational.One)], [], 0);
}

/// <summary>A function that an MLP computes exactly; it is a staircase over one number read from the residual stream.</summary>
internal sealed class MlpVariable : Variable
{
    private MlpVariable(SOp sop, VariableEncoding encoding, ImmutableArray<Value> values, ImmutableArray<Rational> codes, Staircase staircase, double error)
        : base(sop, encoding, values, codes, staircase.Input.Site.AfterNextMlp, error) => Staircase = staircase;

    public Staircase Staircase { get; }

    public override IEnumerable<Variable> Reads => Staircase.Input.Reads;

    /// <summary>
    /// The staircase's outputs are the values in <paramref name="unit"/>s: where these are whole, their sums are. The error is the expected
    /// one: with the bound, all roundings one way, readers would be refused that do well; the certificate has the bound.
    /// </summary>
    public static MlpVariable Scalar(SOp sop, ImmutableArray<Value> values, Rational unit, Staircase staircase) =>
        new(sop, VariableEncoding.Linear, values, [.. values.Select(v => v.Number / unit)], staircase, staircase.OutputError.Expected) { Unit = unit };

    public static MlpVariable OneHot(SOp sop, ImmutableArray<Value> values, Staircase staircase) =>
        new(sop, VariableEncoding.OneHot, values, [], staircase, 0);
}
