using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>
/// The beginning-of-sequence position in a number format: its queries, keys and values in every head. It attends to itself
/// alone, so no input changes it, and its row of the residual stream can simply be computed: every tensor rounded to the format, sums within
/// a product not.
/// </summary>
internal sealed class BeginningRow
{
    private readonly Manifest manifest;
    private readonly CompiledModel model;
    private readonly NumberFormat format;
    private readonly Dictionary<(string Name, int Layer, int Head), double[]> projections = [];
    private readonly double[] row;

    public BeginningRow(CompiledModel model, NumberFormat format, Schedule schedule)
    {
        this.model = model;
        this.format = format;
        manifest = model.Manifest;
        int d = manifest.DModel;
        ReadOnlySpan<float> token = Weights(CompiledWeights.Embedding).AsSpan(manifest.Vocabulary.Length * d, d);
        ReadOnlySpan<float> position = Weights(CompiledWeights.Positions).AsSpan(0, d);
        row = new double[d];
        for (int c = 0; c < d; c++) row[c] = format.Round(format.Round(token[c]) + format.Round(position[c]));
        for (int layer = 0; layer < schedule.Layers.Length; layer++)
        {
            AddAttention(layer, schedule.Layers[layer].Heads.Length);
            AddMlp(layer);
        }
    }

    /// <summary>One dimension of the projection (<c>K</c>, <c>V</c>) by a head.</summary>
    public double Project(string name, int layer, int head, int dimension) => projections[(name, layer, head)][dimension];

    private void AddAttention(int layer, int heads)
    {
        double[] sum = new double[row.Length];
        for (int h = 0; h < heads; h++)
        {
            foreach (string name in new[] { "K", "V" })
            {
                Span<float> bias = Weights(CompiledWeights.Attention(layer, "b_" + name)).AsSpan(h * manifest.DHead, manifest.DHead);
                Span<float> weights = Weights(CompiledWeights.Attention(layer, "W_" + name)).AsSpan(h * row.Length * manifest.DHead, row.Length * manifest.DHead);
                double[] projection = new double[manifest.DHead];
                AddProduct(row, weights, projection);
                projections.Add((name, layer, h), Rounded(projection, bias));
            }

            int size = manifest.DHead * row.Length;
            AddProduct(projections[("V", layer, h)], Weights(CompiledWeights.Attention(layer, "W_O")).AsSpan(h * size, size), sum);
        }

        Add(Rounded(sum, Weights(CompiledWeights.Attention(layer, "b_O"))));
    }

    private void AddMlp(int layer)
    {
        double[] hidden = new double[manifest.DMlp];
        AddProduct(row, Weights(CompiledWeights.Mlp(layer, "W_in")), hidden);
        hidden = Rounded(hidden, Weights(CompiledWeights.Mlp(layer, "b_in")));
        for (int u = 0; u < hidden.Length; u++) hidden[u] = Math.Max(hidden[u], 0);
        double[] sum = new double[row.Length];
        AddProduct(hidden, Weights(CompiledWeights.Mlp(layer, "W_out")), sum);
        Add(Rounded(sum, Weights(CompiledWeights.Mlp(layer, "b_out"))));
    }

    /// <summary>y ← y + x·W, W [inputs, outputs] rounded to the format.</summary>
    private void AddProduct(double[] x, ReadOnlySpan<float> weights, double[] y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i] == 0) continue;
            for (int j = 0; j < y.Length; j++)
            {
                float weight = weights[(i * y.Length) + j];
                if (weight != 0) y[j] += x[i] * format.Round(weight);
            }
        }
    }

    private double[] Rounded(double[] sums, ReadOnlySpan<float> bias)
    {
        for (int i = 0; i < sums.Length; i++) sums[i] = format.Round(sums[i] + format.Round(bias[i]));
        return sums;
    }

    private void Add(double[] written)
    {
        for (int c = 0; c < row.Length; c++) row[c] = format.Round(row[c] + written[c]);
    }

    private float[] Weights(string name) => model.Weights[name].Data;
}
