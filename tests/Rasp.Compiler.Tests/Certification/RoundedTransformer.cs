using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Certification;

/// <summary>
/// The forward pass in a number format, written down from the manifest's conventions alone: weights and every tensor that a step
/// hands on are rounded to the format, the terms within a product are added in fp32 in a given order, the softmax is in fp32 and
/// rounded. Token rows are [position][column]; position 0 is the beginning of the sequence.
/// </summary>
internal sealed class RoundedTransformer
{
    private readonly Manifest manifest;
    private readonly Arithmetic arithmetic;
    private readonly Summation summation;
    private readonly float[][] tokens;
    private readonly float[][] positions;
    private readonly Layer[] layers;
    private readonly RoundedProduct unembedding;

    public RoundedTransformer(CompiledModel model, Arithmetic arithmetic, Summation summation)
    {
        manifest = model.Manifest;
        this.arithmetic = arithmetic;
        this.summation = summation;
        tokens = Rows("embed.W_E");
        positions = Rows("pos_embed.W_pos");
        layers = [.. Enumerable.Range(0, manifest.Layers).Select(l => new Layer(
            [.. Enumerable.Range(0, manifest.HeadsPerLayer).Select(h => new Head(Projection(l, h, "Q"), Projection(l, h, "K"), Projection(l, h, "V")))],
            Product($"blocks.{l}.attn.W_O", $"blocks.{l}.attn.b_O"),
            Product($"blocks.{l}.mlp.W_in", $"blocks.{l}.mlp.b_in"),
            Product($"blocks.{l}.mlp.W_out", $"blocks.{l}.mlp.b_out")))];
        unembedding = Product("unembed.W_U", "unembed.b_U");

        float[] Data(string name) => model.Weights[name].Data;

        float[][] Rows(string name) => [.. Data(name).Chunk(manifest.DModel).Select(row => Array.ConvertAll(row, x => arithmetic.Round(x)))];

        RoundedProduct Product(string weights, string bias) => new(arithmetic, summation, Data(weights), Data(bias));

        RoundedProduct Projection(int l, int h, string name)
        {
            int size = manifest.DModel * manifest.DHead;
            return new RoundedProduct(
                arithmetic, summation, Data($"blocks.{l}.attn.W_{name}").AsSpan(h * size, size), Data($"blocks.{l}.attn.b_{name}").AsSpan(h * manifest.DHead, manifest.DHead));
        }
    }

    private sealed record Head(RoundedProduct Q, RoundedProduct K, RoundedProduct V);

    private sealed record Layer(Head[] Heads, RoundedProduct Attention, RoundedProduct In, RoundedProduct Out);

    /// <summary>One output's values at each token; null where no single one is the nearest, or a number is not finite.</summary>
    public Value?[][] Run(ReadOnlySpan<int> ids)
    {
        float[][] residual = new float[ids.Length + 1][];
        for (int p = 0; p < residual.Length; p++) residual[p] = Sum(tokens[p == 0 ? tokens.Length - 1 : ids[p - 1]], positions[p]);
        foreach (Layer layer in layers)
        {
            float[][] z = new float[residual.Length][];
            for (int p = 0; p < z.Length; p++) z[p] = new float[layer.Heads.Length * manifest.DHead];
            for (int h = 0; h < layer.Heads.Length; h++) Attend(layer.Heads[h], residual, z, h * manifest.DHead);
            for (int p = 0; p < z.Length; p++)
            {
                float[] middle = Sum(residual[p], layer.Attention.Of(z[p]));
                float[] hidden = Array.ConvertAll(layer.In.Of(middle), u => Math.Max(u, 0));
                residual[p] = Sum(middle, layer.Out.Of(hidden));
            }
        }

        float[][] logits = [.. residual.Skip(1).Select(unembedding.Of)];
        return [.. manifest.Outputs.Select(o => logits.Select(l => Decode(o, l)).ToArray())];
    }

    private void Attend(Head head, float[][] residual, float[][] z, int first)
    {
        float[][] q = Array.ConvertAll(residual, head.Q.Of);
        float[][] k = Array.ConvertAll(residual, head.K.Of);
        float[][] v = Array.ConvertAll(residual, head.V.Of);
        int[] features = Arithmetic.Order(summation, manifest.DHead, manifest.DHead);
        for (int p = 0; p < residual.Length; p++)
        {
            int[] keys = Arithmetic.Order(summation, manifest.Causal ? p + 1 : residual.Length, p);
            float[] pattern = new float[residual.Length];
            float largest = float.NegativeInfinity;
            foreach (int key in keys)
            {
                float score = 0;
                foreach (int f in features) score += q[p][f] * k[key][f];
                pattern[key] = arithmetic.Round(score);
                largest = Math.Max(largest, pattern[key]);
            }

            float total = 0;
            foreach (int key in keys) total += pattern[key] = MathF.Exp(pattern[key] - largest);
            foreach (int key in keys) pattern[key] = arithmetic.Round(pattern[key] / total);
            for (int f = 0; f < manifest.DHead; f++)
            {
                float sum = 0;
                foreach (int key in keys) sum += pattern[key] * v[key][f];
                z[p][first + f] = arithmetic.Round(sum);
            }
        }
    }

    private float[] Sum(float[] a, float[] b)
    {
        float[] sum = new float[a.Length];
        for (int i = 0; i < sum.Length; i++) sum[i] = arithmetic.Round(a[i] + b[i]);
        return sum;
    }

    private static Value? Decode(ManifestOutput output, float[] logits)
    {
        double[] nearness = [.. output.Values.Select((_, i) => output.Codes.IsEmpty ? logits[output.First + i] : -Math.Abs(output.Codes[i] - (double)logits[output.First]))];
        double nearest = nearness.Max();
        int at = Array.IndexOf(nearness, nearest);
        return at >= 0 && double.IsFinite(nearest) && Array.LastIndexOf(nearness, nearest) == at ? output.Values[at] : (Value?)null;
    }
}
