using System.Collections.Immutable;
using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Emission;

/// <summary>
/// One head's weights. Score dimensions: the terms' features; their constant, or a link by which the beginning attends to itself
/// alone, so that no input reaches its residual stream; the beginning's own score.
/// </summary>
internal sealed class HeadEmitter(
    Schedule schedule, Manifest manifest, IReadOnlyDictionary<string, WeightTensor> weights, int layer, int head, BeginningPass beginning)
{
    public void Emit(ScheduledHead scheduled)
    {
        int feature = 0;
        foreach (ScoreTerm term in scheduled.Head.Terms)
        {
            WriteFeatures("Q", term.Query, term.QueryFeatures, feature);
            if (term.ScoresBeginning)
                for (int f = 0; f < term.Features; f++) SetAtBeginning("K", feature + f, term.KeyFeatures[0][f].ToDouble());
            else
                WriteFeatures("K", term.Key, term.KeyFeatures, feature);
            feature += term.Features;
        }

        WriteConstant(scheduled.Head, feature);
        foreach (HeadWrite write in scheduled.Writes)
        {
            WriteValue(write);
            float[] output = weights[CompiledWeights.Attention(layer, "W_O")].Data;
            for (int i = 0; i < schedule.Width(write.Variable); i++)
                output[(((head * manifest.DHead) + write.First + i) * manifest.DModel) + schedule.FirstColumn(write.Variable) + i] = (float)write.Part.OutputWeight;
        }
    }

    /// <summary>
    /// The last two score dimensions. Every query asks for the beginning's own score. Where the terms have a constant, it is the
    /// score that a key at a token has in the dimension before, and the beginning has 0, so that it attends to itself, whose
    /// features are all 0; else a link of its own keeps it there.
    /// </summary>
    private void WriteConstant(Head attention, int dimension)
    {
        if (attention.Constant != 0)
        {
            AddBias("Q", dimension, 1);
            AddBias("K", dimension, attention.Constant);
            SetAtBeginning("K", dimension, 0);
        }
        else
        {
            SetAtBeginning("Q", dimension, 1);
            SetAtBeginning("K", dimension, ScoreTerms.Penalty - attention.BeginningScore);
        }

        AddBias("Q", dimension + 1, 1);
        SetAtBeginning("K", dimension + 1, attention.BeginningScore);
    }

    private void WriteFeatures(string name, Variable? variable, ImmutableArray<ImmutableArray<Rational>> features, int first)
    {
        for (int f = 0; f < features[0].Length; f++)
        {
            WriteFunction(name, variable, [.. features.Select(x => x[f])], first + f);
            SetAtBeginning(name, first + f, 0);
        }
    }

    private void WriteValue(HeadWrite write)
    {
        MovedValue value = write.Part.Moved;
        if (value.Number is LinearForm number)
        {
            AddBias("V", write.First, number.Constant.ToDouble());
            foreach (LinearTerm term in number.Terms) WriteFunction("V", term.Variable, term.Weights, write.First);
            SetAtBeginning("V", write.First, value.Empty.Number.ToDouble());
        }

        if (value.OneHot is not OneHotView view) return;
        AttentionVariable variable = write.Variable;
        ImmutableArray<ImmutableArray<Rational>> moved = schedule.MovedVectors(view, variable);
        int empty = variable.Values.BinarySearch(value.Empty);
        for (int i = 0; i < schedule.Width(variable); i++)
        {
            WriteFunction("V", view.Variable, [.. moved.Select(x => x[i])], write.First + i);
            SetAtBeginning("V", write.First + i, empty < 0 ? 0 : schedule.Vectors(variable)[empty][i].ToDouble());
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
        float[] projection = weights[CompiledWeights.Attention(layer, "W_" + name)].Data;
        int first = schedule.FirstColumn(variable);
        for (int c = 0; c < reading.Coefficients.Length; c++) projection[At(first + c, dimension)] = (float)reading.Coefficients[c].ToDouble();
    }

    /// <summary>Makes the projection give <paramref name="target"/> at the beginning of the sequence.</summary>
    private void SetAtBeginning(string name, int dimension, double target)
    {
        double sum = weights[CompiledWeights.Attention(layer, "b_" + name)].Data[(head * manifest.DHead) + dimension];
        float[] projection = weights[CompiledWeights.Attention(layer, "W_" + name)].Data;
        for (int column = 0; column < manifest.DModel; column++)
            if (column != Schedule.BeginningColumn) sum += (double)beginning.Residual[column] * projection[At(column, dimension)];
        projection[At(Schedule.BeginningColumn, dimension)] = (float)(target - sum);
    }

    /// <summary>Where a weight from a column to a dimension stands in the projections of all heads.</summary>
    private int At(int column, int dimension) => (((head * manifest.DModel) + column) * manifest.DHead) + dimension;

    private void AddBias(string name, int dimension, double value) =>
        weights[CompiledWeights.Attention(layer, "b_" + name)].Data[(head * manifest.DHead) + dimension] += (float)value;
}
