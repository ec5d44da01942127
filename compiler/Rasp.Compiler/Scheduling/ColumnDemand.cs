using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Format;

namespace Rasp.Compiler.Scheduling;

/// <summary>Collects which functions of each variable are read, from the output backwards, and chooses the variables' columns.</summary>
internal sealed class ColumnDemand(bool compress)
{
    private readonly Dictionary<Variable, List<ImmutableArray<Rational>>> read = [];
    private readonly Dictionary<Variable, ColumnBasis> bases = [];

    /// <summary>The columns of every variable that holds one of some values; <paramref name="variables"/> come before their readers.</summary>
    public static IReadOnlyDictionary<Variable, ColumnBasis> Columns(ImmutableArray<Variable> variables, ImmutableArray<LoweredOutput> outputs, bool compress)
    {
        ColumnDemand demand = new(compress);
        foreach (LoweredOutput output in outputs)
        {
            demand.Add(output.Number);
            demand.Add(output.Digits);
        }

        foreach (Variable variable in variables.Reverse()) demand.Choose(variable);
        return demand.bases;
    }

    private void Choose(Variable variable)
    {
        if (variable.Encoding == VariableEncoding.OneHot)
        {
            int classes = variable.Values.Length;
            ColumnBasis basis = compress ? ColumnBasis.Of(classes, read.GetValueOrDefault(variable) ?? []) : ColumnBasis.OneHot(classes);
            bool all = compress && basis.Width >= classes - 1;
            bases.Add(variable, all && variable is MlpVariable mlp && Order(mlp.Staircase, classes) is { IsDefault: false } order
                ? ColumnBasis.Thermometer(order, mlp.Staircase.Steps.Count(s => s.Slope < 0))
                : basis);
        }

        if (variable is AttentionVariable moved)
        {
            AddReads(moved);

            // An MLP's value that is only added to a sum gets a column of its own all the same, where it can be seen.
            foreach (LinearTerm term in moved.Others)
                if (term.Variable is MlpVariable) Add(term.Variable, term.Weights);
        }

        if (variable is MlpVariable computed) Add(computed.Staircase.Input);
    }

    /// <summary>The classes in the order in which the staircase passes them, where it passes each but once.</summary>
    private static ImmutableArray<int> Order(Staircase staircase, int classes)
    {
        List<int> order = [];
        foreach (StaircasePoint point in staircase.Points)
        {
            int at = point.Output.IndexOf(1);
            if (order.Count == 0 || order[^1] != at) order.Add(at);
        }

        return order.Count == classes && order.Distinct().Count() == classes ? [.. order] : default;
    }

    private void AddReads(AttentionVariable variable)
    {
        foreach (AttentionPart part in variable.Parts)
        {
            foreach (ScoreTerm term in part.Head.Terms)
            {
                Add(term.Query, term.QueryFeatures);
                Add(term.Key, term.KeyFeatures);
            }

            Add(part.Moved.Number);
            if (part.Moved.OneHot is OneHotView view) Add(view.Variable, MovedVectors(view, variable, bases[variable]));
        }
    }

    /// <summary>What the moved variable's columns hold for each class of the variable that is moved, [class][column].</summary>
    public static ImmutableArray<ImmutableArray<Rational>> MovedVectors(OneHotView view, AttentionVariable to, ColumnBasis basis) =>
        [.. view.Values.Select(v => v is Value value && to.Values.BinarySearch(value) is int at and >= 0 ? basis.Vectors[at] : basis.Vectors[0])];

    private void Add(LinearForm? form)
    {
        if (form is null) return;
        foreach (LinearTerm term in form.Terms) Add(term.Variable, term.Weights);
    }

    private void Add(OutputDigits? digits)
    {
        foreach (DigitsReading reading in digits?.Readings ?? []) Add(reading.Variable, reading.Features);
    }

    private void Add(Variable? variable, ImmutableArray<ImmutableArray<Rational>> features)
    {
        if (variable is null) return;
        for (int f = 0; f < features[0].Length; f++) Add(variable, [.. features.Select(x => x[f])]);
    }

    private void Add(Variable variable, ImmutableArray<Rational> function)
    {
        if (variable.Encoding != VariableEncoding.OneHot) return;
        if (!read.TryGetValue(variable, out List<ImmutableArray<Rational>>? functions)) read.Add(variable, functions = []);
        functions.Add(function);
    }
}
