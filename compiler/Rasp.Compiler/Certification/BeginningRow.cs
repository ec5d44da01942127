using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>
/// The residual stream of the beginning-of-sequence position in a number format. It attends to itself alone, so no input
/// changes it, and its row can simply be computed: every tensor rounded to the format, sums within a product not.
/// </summary>
internal sealed class BeginningRow(CompiledModel model, NumberFormat format)
{
    private readonly Manifest manifest = model.Manifest;
    private readonly double[] row = Embedding(model, format);

    /// <summary>One dimension of the projection (<c>Q</c>, <c>K</c>, <c>V</c>) of the row by a head.</summary>
    public double Project(string name, int layer, int head, int dimension)
    {
        float[] weights = Weights(CompiledWeights.Attention(layer, "W_" + name));
        double sum = format.Round(Weights(CompiledWeights.Attention(layer, "b_" + name))[(head * manifest.DHead) + dimension]);
        for (int c = 0; c < row.Length; c++) sum += row[c] * format.Round(weights[(((head * manifest.DModel) + c) * manifest.DHead) + dimension]);
        return format.Round(sum);
    }

    public void AddAttention(int layer, int heads)
    {
        float[] weights = Weights(CompiledWeights.Attention(layer, "W_O"));
        double[] sum = new double[row.Length];
        for (int h = 0; h < heads; h++)
        {
            for (int i = 0; i < manifest.DHead; i++)
            {
                double value = Project("V", layer, h, i);
                for (int c = 0; value != 0 && c < sum.Length; c++) sum[c] += value * format.Round(weights[(((h * manifest.DHead) + i) * manifest.DModel) + c]);
            }
        }

        Add(sum, Weights(CompiledWeights.Attention(layer, "b_O")));
    }

    public void AddMlp(int layer)
    {
        float[] weightsIn = Weights(CompiledWeights.Mlp(layer, "W_in"));
        float[] biasIn = Weights(CompiledWeights.Mlp(layer, "b_in"));
        float[] weightsOut = Weights(CompiledWeights.Mlp(layer, "W_out"));
        double[] sum = new double[row.Length];
        for (int u = 0; u < manifest.DMlp; u++)
        {
            double hidden = format.Round(biasIn[u]);
            for (int c = 0; c < row.Length; c++) hidden += row[c] * format.Round(weightsIn[(c * manifest.DMlp) + u]);
            hidden = Math.Max(format.Round(hidden), 0);
            for (int c = 0; hidden != 0 && c < row.Length; c++) sum[c] += hidden * format.Round(weightsOut[(u * manifest.DModel) + c]);
        }

        Add(sum, Weights(CompiledWeights.Mlp(layer, "b_out")));
    }

    private void Add(double[] sum, float[] bias)
    {
        for (int c = 0; c < row.Length; c++) row[c] = format.Round(row[c] + format.Round(sum[c] + format.Round(bias[c])));
    }

    private static double[] Embedding(CompiledModel model, NumberFormat format)
    {
        float[] tokens = model.Weights[CompiledWeights.Embedding].Data;
        float[] positions = model.Weights[CompiledWeights.Positions].Data;
        int d = model.Manifest.DModel;
        return [.. Enumerable.Range(0, d).Select(c => format.Round(format.Round(tokens[(model.Manifest.Vocabulary.Length * d) + c]) + format.Round(positions[c])))];
    }

    private float[] Weights(string name) => model.Weights[name].Data;
}
