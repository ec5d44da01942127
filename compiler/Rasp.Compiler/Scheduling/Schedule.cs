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

/// <summary>A staircase whose base and changes are those of the variable's columns, [column].</summary>
internal sealed record ScheduledMlp(MlpVariable Variable, ImmutableArray<double> Base, ImmutableArray<Step> Steps);

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
            .. Variables.OfType<AttentionVariable>().Where(v => v.Site.Layer == layer)
                .SelectMany(v => v.Parts.Select(p => (Variable: v, Part: p)))
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

    /// <summary>
    /// <code>
    /// base + Σ step·change over one-hot columns → the same over the variable's own columns, without the steps that change none
    /// </code>
    /// </summary>
    private ScheduledMlp Mlp(MlpVariable variable)
    {
        Staircase staircase = variable.Staircase;
        if (!bases.TryGetValue(variable, out ColumnBasis? basis)) return new ScheduledMlp(variable, staircase.Base, staircase.Steps);
        return new ScheduledMlp(
            variable,
            OfColumns(staircase.Base, basis),
            [.. staircase.Steps.Select(s => s with { Change = OfColumns(s.Change, basis) }).Where(s => s.Change.Any(c => c != 0))]);
    }

    private static ImmutableArray<double> OfColumns(ImmutableArray<double> oneHot, ColumnBasis basis)
    {
        double[] columns = new double[basis.Width];
        for (int i = 0; i < oneHot.Length; i++)
        {
            if (oneHot[i] == 0) continue;
            for (int c = 0; c < columns.Length; c++) columns[c] += oneHot[i] * basis.Vectors[i][c].ToDouble();
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
