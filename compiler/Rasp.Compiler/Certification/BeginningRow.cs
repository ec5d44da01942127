using Rasp.Compiler.Lowering;
using Rasp.Compiler.Scheduling;
using Rasp.Format;

namespace Rasp.Compiler.Certification;

/// <summary>
/// The beginning-of-sequence position in a number format: its queries, keys and values in every head. It attends to itself
/// alone, so no input changes it, and its row of the residual stream can simply be computed: every tensor rounded to the format. What the
/// order of a product's sum in fp32 can change is carried along as the number's error, for the most part nothing.
/// </summary>
internal sealed class BeginningRow
{
    private readonly Manifest manifest;
    private readonly CompiledModel model;
    private readonly NumberFormat format;
    private readonly Dictionary<(string Name, int Layer, int Head), Inexact[]> projections = [];
    private readonly Inexact[] row;

    public BeginningRow(CompiledModel model, NumberFormat format, Schedule schedule)
    {
        this.model = model;
        this.format = format;
        manifest = model.Manifest;
        int d = manifest.DModel;
        ReadOnlySpan<float> token = Weights(CompiledWeights.Embedding).AsSpan(manifest.Vocabulary.Length * d, d);
        ReadOnlySpan<float> position = Weights(CompiledWeights.Positions).AsSpan(0, d);
        row = new Inexact[d];
        for (int c = 0; c < d; c++) row[c] = new Inexact(format.Round(format.Round(token[c]) + format.Round(position[c])), 0);
        for (int layer = 0; layer < schedule.Layers.Length; layer++)
        {
            AddAttention(layer, schedule.Layers[layer].Heads.Length);
            AddMlp(layer);
        }
    }

    /// <summary>How far one dimension of a head's projection (<c>Q</c>, <c>K</c>, <c>V</c>) can be from what it should be.</summary>
    public double Off(string name, int layer, int head, int dimension, double target)
    {
        Inexact projected = projections[(name, layer, head)][dimension];
        return Math.Abs(projected.Number - target) + projected.Error;
    }

    private void AddAttention(int layer, int heads)
    {
        ProductSum[] sums = new ProductSum[row.Length];
        for (int h = 0; h < heads; h++)
        {
            foreach (string name in new[] { "Q", "K", "V" })
            {
                Span<float> bias = Weights(CompiledWeights.Attention(layer, "b_" + name)).AsSpan(h * manifest.DHead, manifest.DHead);
                Span<float> weights = Weights(CompiledWeights.Attention(layer, "W_" + name)).AsSpan(h * row.Length * manifest.DHead, row.Length * manifest.DHead);
                ProductSum[] projection = new ProductSum[manifest.DHead];
                AddProduct(row, weights, projection);
                projections.Add((name, layer, h), Rounded(projection, bias));
            }

            int size = manifest.DHead * row.Length;
            AddProduct(projections[("V", layer, h)], Weights(CompiledWeights.Attention(layer, "W_O")).AsSpan(h * size, size), sums);
        }

        Add(Rounded(sums, Weights(CompiledWeights.Attention(layer, "b_O"))));
    }

    private void AddMlp(int layer)
    {
        ProductSum[] sums = new ProductSum[manifest.DMlp];
        AddProduct(row, Weights(CompiledWeights.Mlp(layer, "W_in")), sums);
        Inexact[] hidden = Rounded(sums, Weights(CompiledWeights.Mlp(layer, "b_in")));
        for (int u = 0; u < hidden.Length; u++) hidden[u] = hidden[u].Number + hidden[u].Error <= 0 ? default : hidden[u] with { Number = Math.Max(hidden[u].Number, 0) };
        ProductSum[] written = new ProductSum[row.Length];
        AddProduct(hidden, Weights(CompiledWeights.Mlp(layer, "W_out")), written);
        Add(Rounded(written, Weights(CompiledWeights.Mlp(layer, "b_out"))));
    }

    /// <summary>y ← y + x·W, W [inputs, outputs] rounded to the format.</summary>
    private void AddProduct(Inexact[] x, ReadOnlySpan<float> weights, ProductSum[] y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i] == default) continue;
            for (int j = 0; j < y.Length; j++)
            {
                float weight = weights[(i * y.Length) + j];
                if (weight != 0) y[j] = y[j].Plus(x[i], format.Round(weight));
            }
        }
    }

    private Inexact[] Rounded(ProductSum[] sums, ReadOnlySpan<float> bias)
    {
        Inexact[] rounded = new Inexact[sums.Length];
        for (int i = 0; i < sums.Length; i++) rounded[i] = Rounded((bias[i] == 0 ? sums[i] : sums[i].Plus(new Inexact(1, 0), format.Round(bias[i]))).Total);
        return rounded;
    }

    /// <summary>Rounding keeps the order of numbers, so what lies between two numbers is rounded to between theirs.</summary>
    private Inexact Rounded(Inexact sum)
    {
        double number = format.Round(sum.Number);
        return new Inexact(number, Math.Max(format.Round(sum.Number + sum.Error) - number, number - format.Round(sum.Number - sum.Error)));
    }

    private void Add(Inexact[] written)
    {
        for (int c = 0; c < row.Length; c++) row[c] = Rounded(new Inexact(row[c].Number + written[c].Number, row[c].Error + written[c].Error));
    }

    private float[] Weights(string name) => model.Weights[name].Data;

    private readonly record struct Inexact(double Number, double Error);

    /// <summary>
    /// A sum of products in fp32 in any order: one product is exact enough to be rounded once, of two the result is rounded; of more every addition is, by
    /// a unit of all the terms' magnitudes, unless all are whole quarters and fp32 holds whatever they add up to.
    /// </summary>
    private readonly record struct ProductSum(double Sum, double Error, double Magnitude, int Terms, bool HasFraction)
    {
        private const double Quarters = 4;

        public Inexact Total => new(Sum, Error + (SinglePrecision.Rounding * Terms switch
        {
            <= 1 => 0,
            2 => Math.Abs(Sum),
            _ => !HasFraction && Quarters * Magnitude <= SinglePrecision.ExactIntegers ? 0 : Terms * Magnitude,
        }));

        public ProductSum Plus(Inexact x, double weight)
        {
            double product = x.Number * weight;
            return new ProductSum(
                Sum + product, Error + (x.Error * Math.Abs(weight)), Magnitude + Math.Abs(product), Terms + 1, HasFraction || !double.IsInteger(Quarters * product));
        }
    }
}
