using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Optimisation;
using Rasp.Format;

namespace Rasp.Compiler.Scheduling;

/// <summary>What a head writes: into the variable's columns, from its value vectors' dimension <see cref="First"/> on.</summary>
internal sealed record HeadWrite(AttentionVariable Variable, AttentionPart Part, int First);

/// <summary>A head and what it writes; <see cref="ValueDimensions"/> is the width of its value vectors.</summary>
internal sealed record ScheduledHead(Head Head, ImmutableArray<HeadWrite> Writes, int ValueDimensions)
{
    public int Dimensions => Math.Max(Head.ScoreDimensions, ValueDimensions);
}

/// <summary>A staircase whose base and changes are those of <paramref name="Columns"/>: the variable's own, then those of sums that it adds to.</summary>
internal sealed record ScheduledMlp(MlpVariable Variable, ImmutableArray<int> Columns, ImmutableArray<AttentionVariable> Sums, ImmutableArray<double> Base, ImmutableArray<Step> Steps)
{
    /// <summary>How many of the columns are the variable's own.</summary>
    public int Width => Columns.Length - Sums.Length;
}

internal sealed record ScheduledLayer(ImmutableArray<ScheduledHead> Heads, ImmutableArray<ScheduledMlp> Mlp)
{
    /// <summary>Two ReLUs a step.</summary>
    public int HiddenUnits => Mlp.Sum(v => 2 * v.Steps.Length);
}

/// <summary>
/// The variables that the outputs depend on, with columns of their own, in the layers that write them. Variables that
/// are read from the same selector in the same layer share a head. Column 0 is 1 at the beginning-of-sequence token.
/// </summary>
internal sealed class Schedule
{
    public const int BeginningColumn = 0;

    private readonly IReadOnlyDictionary<Variable, ColumnBasis> bases;
    private readonly Dictionary<Variable, int> firstColumn = [];

    private Schedule(ImmutableArray<Variable> variables, IReadOnlyDictionary<Variable, ColumnBasis> bases)
    {
        this.bases = bases;
        Variables = variables;
        Columns = BeginningColumn + 1;
        foreach (Variable variable in variables)
        {
            firstColumn.Add(variable, Columns);
            Columns += Width(variable);
        }

        int layers = variables.IsEmpty || variables[^1].Site == Site.Embedding ? 0 : variables[^1].Site.Layer + 1;
        Layers = [.. Enumerable.Range(0, layers).Select(Layer)];
    }

    public ImmutableArray<Variable> Variables { get; }

    public ImmutableArray<ScheduledLayer> Layers { get; }

    public int Columns { get; }

    /// <summary><paramref name="named"/> are variables that the program names: they are kept where heads that are needed anyway write them.</summary>
    public static Schedule Of(ImmutableArray<LoweredOutput> outputs, IEnumerable<Variable> named, Passes passes)
    {
        List<Variable> reachable = Reachable(outputs);
        HashSet<Head> heads = [.. reachable.OfType<AttentionVariable>().SelectMany(v => v.Parts).Select(p => p.Head)];
        HashSet<Variable> known = [.. reachable];
        reachable.AddRange(named.OfType<AttentionVariable>().Where(v => v.Parts.All(p => heads.Contains(p.Head)) && v.Reads.All(known.Contains) && known.Add(v)));
        ImmutableArray<Variable> variables = [.. reachable.OrderBy(v => v.Site)];
        return new Schedule(variables, ColumnDemand.Columns(variables, outputs, passes.Columns));
    }

    public bool Contains(Variable variable) => firstColumn.ContainsKey(variable);

    public int FirstColumn(Variable variable) => firstColumn[variable];

    public int Width(Variable variable) => bases.TryGetValue(variable, out ColumnBasis? basis) ? basis.Width : 1;

    /// <summary>What the columns of a variable that holds one of some values hold, [class][column].</summary>
    public ImmutableArray<ImmutableArray<Rational>> Vectors(Variable variable) => bases[variable].Vectors;

    /// <summary>A function of the variable's value (or a multiple of its number) as a reading of its columns.</summary>
    public ColumnReading Read(Variable variable, ImmutableArray<Rational> weights) =>
        TryRead(variable, weights) ?? throw new InvalidOperationException("the columns were not made for this function");

    /// <summary>As <see cref="Read"/>; null where the variable's columns do not tell enough of its value.</summary>
    public ColumnReading? TryRead(Variable variable, ImmutableArray<Rational> weights) =>
        bases.TryGetValue(variable, out ColumnBasis? basis) ? basis.Read(weights) : new ColumnReading(Rational.Zero, weights);

    /// <summary>What the head's value vector holds for each class of the variable that it moves, [class][column].</summary>
    public ImmutableArray<ImmutableArray<Rational>> MovedVectors(OneHotView view, AttentionVariable to) => ColumnDemand.MovedVectors(view, to, bases[to]);

    private ScheduledLayer Layer(int layer) => new(
        [
            .. Variables.OfType<AttentionVariable>()
                .SelectMany(v => v.Parts.Where(p => p.Head.Site.Layer == layer).Select(p => (Variable: v, Part: p)))
                .GroupBy(w => w.Part.Head)
                .Select(g => ScheduledHead(g.Key, g)),
        ],
        [.. Variables.OfType<MlpVariable>().Where(v => v.Site.Layer == layer).Select(Mlp)]);

    private ScheduledHead ScheduledHead(Head head, IEnumerable<(AttentionVariable Variable, AttentionPart Part)> parts)
    {
        List<HeadWrite> writes = [];
        int dimension = 0;
        foreach ((AttentionVariable variable, AttentionPart part) in parts)
        {
            writes.Add(new HeadWrite(variable, part, dimension));
            dimension += Width(variable);
        }

        return new ScheduledHead(head, [.. writes], dimension);
    }

    /// <summary>The sums to which whatever writes the variable adds, and what for each of its classes (of a number: per unit).</summary>
    public IEnumerable<(AttentionVariable Sum, ImmutableArray<Rational> Weights)> Sums(Variable variable) =>
        from sum in Variables.OfType<AttentionVariable>()
        from term in sum.Terms
        where term.Variable == variable
        select (sum, term.Weights);

    /// <summary>
    /// <code>
    /// base + Σ step·change over one-hot columns → the same over the variable's own columns, without the steps that change none
    /// </code>
    /// </summary>
    private ScheduledMlp Mlp(MlpVariable variable)
    {
        Staircase staircase = variable.Staircase;
        (AttentionVariable Sum, ImmutableArray<Rational> Weights)[] sums = [.. Sums(variable)];
        ImmutableArray<ImmutableArray<Rational>> own = bases.TryGetValue(variable, out ColumnBasis? basis) ? basis.Vectors : [[Rational.One]];
        ImmutableArray<ImmutableArray<double>> written =
            [.. own.Select((v, c) => v.Concat(sums.Select(s => s.Weights[c])).Select(x => x.ToDouble()).ToImmutableArray())];
        return new ScheduledMlp(
            variable,
            [.. Enumerable.Range(FirstColumn(variable), Width(variable)).Concat(sums.Select(s => FirstColumn(s.Sum)))],
            [.. sums.Select(s => s.Sum)],
            OfColumns(staircase.Base, written),
            [.. staircase.Steps.Select(s => s with { Change = OfColumns(s.Change, written) }).Where(s => s.Change.Any(c => c != 0))]);
    }

    /// <summary>The combination of classes' columns, [class][column].</summary>
    private static ImmutableArray<double> OfColumns(ImmutableArray<double> classes, ImmutableArray<ImmutableArray<double>> written)
    {
        double[] columns = new double[written[0].Length];
        for (int i = 0; i < classes.Length; i++)
        {
            if (classes[i] == 0) continue;
            for (int c = 0; c < columns.Length; c++) columns[c] += classes[i] * written[i][c];
        }

        return [.. columns];
    }

    /// <summary>In order of first visit from the outputs, so that the order does not depend on hashing.</summary>
    private static List<Variable> Reachable(ImmutableArray<LoweredOutput> outputs)
    {
        List<Variable> found = [];
        HashSet<Variable> seen = [];
        foreach (Variable read in outputs.SelectMany(o => o.Reads)) Visit(read);
        return found;

        void Visit(Variable variable)
        {
            if (!seen.Add(variable)) return;
            foreach (Variable read in variable.Reads) Visit(read);
            found.Add(variable);
        }
    }
}
