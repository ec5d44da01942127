using System.Collections.Immutable;
using Rasp.Compiler.Lowering;

namespace Rasp.Compiler.Scheduling;

/// <summary>A head and the variables that it writes.</summary>
internal sealed record ScheduledHead(Head Head, ImmutableArray<AttentionVariable> Variables)
{
    public int ValueDimensions => Variables.Sum(v => v.Width);

    public int Dimensions => Math.Max(Head.ScoreDimensions, ValueDimensions);
}

internal sealed record ScheduledLayer(ImmutableArray<ScheduledHead> Heads, ImmutableArray<MlpVariable> Mlp)
{
    /// <summary>Two ReLUs a step.</summary>
    public int HiddenUnits => Mlp.Sum(v => 2 * v.Staircase.Steps.Length);
}

/// <summary>
/// The variables that the outputs depend on, with columns of their own, in the layers that write them. Variables that
/// are read from the same selector in the same layer share a head. Column 0 is 1 at the beginning-of-sequence token.
/// </summary>
internal sealed record Schedule(
    ImmutableArray<Variable> Variables, IReadOnlyDictionary<Variable, int> FirstColumn, ImmutableArray<ScheduledLayer> Layers, int Columns)
{
    public const int BeginningColumn = 0;

    public static Schedule Of(ImmutableArray<LoweredOutput> outputs)
    {
        ImmutableArray<Variable> variables = [.. Reachable(outputs).OrderBy(v => v.Site)];
        Dictionary<Variable, int> firstColumn = [];
        int columns = BeginningColumn + 1;
        foreach (Variable variable in variables)
        {
            firstColumn.Add(variable, columns);
            columns += variable.Width;
        }

        int layers = variables.IsEmpty || variables[^1].Site == Site.Embedding ? 0 : variables[^1].Site.Layer + 1;
        return new Schedule(variables, firstColumn, [.. Enumerable.Range(0, layers).Select(l => Layer(variables, l))], columns);
    }

    private static ScheduledLayer Layer(ImmutableArray<Variable> variables, int layer) => new(
        [
            .. variables.OfType<AttentionVariable>().Where(v => v.Site.Layer == layer)
                .GroupBy(v => v.Head)
                .Select(g => new ScheduledHead(g.Key, [.. g])),
        ],
        [.. variables.OfType<MlpVariable>().Where(v => v.Site.Layer == layer)]);

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
