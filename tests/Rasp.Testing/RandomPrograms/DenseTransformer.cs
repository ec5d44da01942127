using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Testing.RandomPrograms;

/// <summary>
/// The forward pass written down once more, from the manifest's conventions: dense, in single precision, one loop after
/// the other, nothing skipped. Attention is unscaled; the beginning-of-sequence token stands before the input.
/// </summary>
public sealed class DenseTransformer(CompiledModel model)
{
    private readonly Manifest manifest = model.Manifest;

    /// <summary>Every export's value at each token.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<Value>> Run(ImmutableArray<Value> tokens)
    {
        int d = manifest.DModel;
        int[] ids = [manifest.Vocabulary.Length, .. tokens.Select(t => manifest.Vocabulary.IndexOf(t))];
        float[][] residual = [.. ids.Select((id, p) => Add(Row("embed.W_E", id, d), Row("pos_embed.W_pos", p, d)))];
        for (int l = 0; l < manifest.Layers; l++)
        {
            float[][] attention = Attention(residual, l);
            residual = [.. residual.Zip(attention, Add)];
            residual = [.. residual.Select(x => Add(x, Mlp(x, l)))];
        }

        float[][] logits = [.. residual.Skip(1).Select(x => Affine(x, "unembed.W_U", "unembed.b_U", manifest.Logits))];
        return manifest.Outputs.ToDictionary(o => o.Name, o => logits.Select(row => Decode(o, row.AsSpan(o.First, o.Logits))).ToImmutableArray());
    }

    private float[][] Attention(float[][] x, int l)
    {
        (int d, int h) = (manifest.DModel, manifest.DHead);
        float[][] sum = [.. x.Select(_ => (float[])Data($"blocks.{l}.attn.b_O").Clone())];
        for (int head = 0; head < manifest.HeadsPerLayer; head++)
        {
            (float[][] q, float[][] k, float[][] v) = (Project("Q", head), Project("K", head), Project("V", head));
            for (int p = 0; p < x.Length; p++)
            {
                int visible = manifest.Causal ? p + 1 : x.Length;
                float[] scores = [.. k.Take(visible).Select(key => Dot(q[p], key))];
                float largest = scores.Max();
                float[] weights = [.. scores.Select(s => MathF.Exp(s - largest))];
                float total = weights.Sum();
                float[] z = new float[h];
                for (int j = 0; j < visible; j++)
                    for (int f = 0; f < h; f++) z[f] += weights[j] / total * v[j][f];
                ReadOnlySpan<float> output = Data($"blocks.{l}.attn.W_O").AsSpan(head * h * d);
                for (int f = 0; f < h; f++)
                    for (int c = 0; c < d; c++) sum[p][c] += z[f] * output[(f * d) + c];
            }
        }

        return sum;

        float[][] Project(string name, int head)
        {
            float[] weight = Data($"blocks.{l}.attn.W_{name}")[(head * d * h)..((head + 1) * d * h)];
            float[] bias = Data($"blocks.{l}.attn.b_{name}")[(head * h)..((head + 1) * h)];
            return [.. x.Select(row => Affine(row, weight, bias))];
        }
    }

    private float[] Mlp(float[] x, int l)
    {
        float[] hidden = Affine(x, $"blocks.{l}.mlp.W_in", $"blocks.{l}.mlp.b_in", manifest.DMlp);
        for (int u = 0; u < hidden.Length; u++) hidden[u] = Math.Max(hidden[u], 0);
        return Affine(hidden, $"blocks.{l}.mlp.W_out", $"blocks.{l}.mlp.b_out", manifest.DModel);
    }

    private static Value Decode(ManifestOutput output, ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < output.Values.Length; i++)
        {
            bool isBetter = output.Codes.IsEmpty ? logits[i] > logits[best] : Math.Abs(output.Codes[i] - logits[0]) < Math.Abs(output.Codes[best] - logits[0]);
            if (isBetter) best = i;
        }

        return output.Values[best];
    }

    private float[] Affine(float[] x, string weight, string bias, int outputs) =>
        outputs == Data(bias).Length ? Affine(x, Data(weight), Data(bias)) : throw new InvalidOperationException($"{bias} has {Data(bias).Length} numbers, the manifest says {outputs}");

    private static float[] Affine(float[] x, float[] weight, float[] bias)
    {
        float[] sum = (float[])bias.Clone();
        for (int i = 0; i < x.Length; i++)
            for (int o = 0; o < sum.Length; o++) sum[o] += x[i] * weight[(i * sum.Length) + o];
        return sum;
    }

    private static float Dot(float[] a, float[] b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private float[] Row(string name, int row, int d) => Data(name)[(row * d)..((row + 1) * d)];

    private float[] Data(string name) => model.Weights[name].Data;

    private static float[] Add(float[] a, float[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
