using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Emission;

/// <summary>
/// One head's weights. Score dimensions: the terms' features; a constant that a query always asks for (0 or −2·gap at a
/// token, the beginning score at the beginning); a link by which the beginning attends to itself alone, so that no input
/// reaches its residual stream.
/// </summary>
internal sealed class HeadEmitter(
    Schedule schedule, Manifest manifest, IReadOnlyDictionary<string, WeightTensor> weights, int layer, int head, float[] beginning)
{
    public void Emit(ScheduledHead scheduled)
    {
        int feature = 0;
        foreach (ScoreTerm term in scheduled.Head.Terms)
        {
            WriteFeatures("Q", term.Query, term.QueryFeatures, feature);
            WriteFeatures("K", term.Key, term.KeyFeatures, feature);
            feature += term.Features;
        }

        double constant = scheduled.Head.Terms.Sum(t => t.Constant);
        AddBias("Q", feature, 1);
        AddBias("K", feature, constant);
        SetWeight("K", Schedule.BeginningColumn, feature, scheduled.Head.BeginningScore - constant);
        SetWeight("Q", Schedule.BeginningColumn, feature + 1, 1);
        SetWeight("K", Schedule.BeginningColumn, feature + 1, (2 * SinglePrecision.ZeroWeightGap) - scheduled.Head.BeginningScore);

        int dimension = 0;
        foreach (AttentionVariable variable in scheduled.Variables)
        {
            WriteValue(variable, dimension);
            float[] output = weights[CompiledWeights.Attention(layer, "W_O")].Data;
            for (int i = 0; i < schedule.Width(variable); i++)
                output[(((head * manifest.DHead) + dimension + i) * manifest.DModel) + schedule.FirstColumn(variable) + i] = 1;
            dimension += schedule.Width(variable);
        }
    }

    private void WriteFeatures(string name, Variable? variable, ImmutableArray<ImmutableArray<Rational>> features, int first)
    {
        for (int f = 0; f < features[0].Length; f++)
        {
            WriteFunction(name, variable, [.. features.Select(x => x[f])], first + f);
            SetAtBeginning(name, first + f, 0);
        }
    }

    private void WriteValue(AttentionVariable variable, int first)
    {
        if (variable.Moved.Number is LinearForm number)
        {
            AddBias("V", first, number.Constant.ToDouble());
            foreach (LinearTerm term in number.Terms) WriteFunction("V", term.Variable, term.Weights, first);
            SetAtBeginning("V", first, variable.Moved.Empty.Number.ToDouble());
        }

        if (variable.Moved.OneHot is not OneHotView view) return;
        ImmutableArray<ImmutableArray<Rational>> moved = schedule.MovedVectors(view, variable);
        int empty = variable.Values.BinarySearch(variable.Moved.Empty);
        for (int i = 0; i < schedule.Width(variable); i++)
        {
            WriteFunction("V", view.Variable, [.. moved.Select(x => x[i])], first + i);
            SetAtBeginning("V", first + i, empty < 0 ? 0 : schedule.Vectors(variable)[empty][i].ToDouble());
        }
    }

    /// <summary>A function of the variable's value (a constant where there is no variable) as one dimension of a projection.</summary>
    private void WriteFunction(string name, Variable? variable, ImmutableArray<Rational> function, int dimension)
    {
        if (variable is null)
        {
            AddBias(name, dimension, function[0].ToDouble());
            return;
        }

        ColumnReading reading = schedule.Read(variable, function);
        AddBias(name, dimension, reading.Constant.ToDouble());
        for (int c = 0; c < reading.Coefficients.Length; c++)
            SetWeight(name, schedule.FirstColumn(variable) + c, dimension, reading.Coefficients[c].ToDouble());
    }

    /// <summary>Makes the projection give <paramref name="target"/> at the beginning of the sequence.</summary>
    private void SetAtBeginning(string name, int dimension, double target)
    {
        double sum = weights[CompiledWeights.Attention(layer, "b_" + name)].Data[(head * manifest.DHead) + dimension];
        for (int column = 0; column < manifest.DModel; column++)
            if (column != Schedule.BeginningColumn) sum += (double)beginning[column] * Weight(name, column, dimension);
        SetWeight(name, Schedule.BeginningColumn, dimension, target - sum);
    }

    private ref float Weight(string name, int column, int dimension) =>
        ref weights[CompiledWeights.Attention(layer, "W_" + name)].Data[(((head * manifest.DModel) + column) * manifest.DHead) + dimension];

    private void SetWeight(string name, int column, int dimension, double value) => Weight(name, column, dimension) = (float)value;

    private void AddBias(string name, int dimension, double value) =>
        weights[CompiledWeights.Attention(layer, "b_" + name)].Data[(head * manifest.DHead) + dimension] += (float)value;
}
