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
        SetBias("Q", feature, 1);
        SetBias("K", feature, constant);
        SetWeight("K", Schedule.BeginningColumn, feature, scheduled.Head.BeginningScore - constant);
        SetWeight("Q", Schedule.BeginningColumn, feature + 1, 1);
        SetWeight("K", Schedule.BeginningColumn, feature + 1, (2 * SinglePrecision.ZeroWeightGap) - scheduled.Head.BeginningScore);

        int dimension = 0;
        foreach (AttentionVariable variable in scheduled.Variables)
        {
            WriteValue(variable, dimension);
            float[] output = weights[CompiledWeights.Attention(layer, "W_O")].Data;
            for (int i = 0; i < variable.Width; i++)
                output[(((head * manifest.DHead) + dimension + i) * manifest.DModel) + schedule.FirstColumn[variable] + i] = 1;
            dimension += variable.Width;
        }
    }

    private void WriteFeatures(string name, Variable? variable, ImmutableArray<ImmutableArray<double>> features, int first)
    {
        for (int f = 0; f < features[0].Length; f++)
        {
            for (int c = 0; c < features.Length; c++)
            {
                if (variable is null)
                    SetBias(name, first + f, features[c][f]);
                else
                    SetWeight(name, schedule.FirstColumn[variable] + c, first + f, features[c][f]);
            }

            SetAtBeginning(name, first + f, 0);
        }
    }

    private void WriteValue(AttentionVariable variable, int first)
    {
        if (variable.Moved.Number is LinearForm number)
        {
            SetBias("V", first, number.Constant.ToDouble());
            foreach (LinearTerm term in number.Terms)
                for (int c = 0; c < term.Weights.Length; c++)
                    SetWeight("V", schedule.FirstColumn[term.Variable] + c, first, term.Weights[c].ToDouble());
            SetAtBeginning("V", first, variable.Moved.Empty.Number.ToDouble());
        }

        if (variable.Moved.OneHot is not OneHotView view) return;
        for (int c = 0; c < view.Values.Length; c++)
        {
            int index = view.Values[c] is Value value ? variable.Values.IndexOf(value) : -1;
            if (index < 0) continue;
            if (view.Variable is null)
                SetBias("V", first + index, 1);
            else
                SetWeight("V", schedule.FirstColumn[view.Variable] + c, first + index, 1);
        }

        for (int i = 0; i < variable.Width; i++) SetAtBeginning("V", first + i, variable.Values[i] == variable.Moved.Empty ? 1 : 0);
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

    private void SetBias(string name, int dimension, double value) =>
        weights[CompiledWeights.Attention(layer, "b_" + name)].Data[(head * manifest.DHead) + dimension] = (float)value;
}
