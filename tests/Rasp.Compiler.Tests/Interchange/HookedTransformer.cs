using System.Text.Json;

namespace Rasp.Compiler.Tests.Interchange;

/// <summary>
/// TransformerLens's model as its documentation defines it, dense and in float32, from a config and a state dictionary
/// alone. A key that the config lacks has TransformerLens's default, so a missing one is noticed: attention scores are
/// divided by attn_scale, which is √d_head unless given, unless use_attn_scale is false; normalization is LayerNorm unless null.
/// </summary>
internal sealed class HookedTransformer
{
    private readonly ExportedTensors weights;
    private readonly JsonElement config;
    private readonly int layers;
    private readonly int heads;
    private readonly int d;
    private readonly int h;
    private readonly int mlp;
    private readonly int outputs;
    private readonly bool causal;
    private readonly float attentionScale;

    public HookedTransformer(string config, ExportedTensors weights)
    {
        this.config = JsonDocument.Parse(config).RootElement;
        this.weights = weights;
        layers = Number("n_layers");
        d = Number("d_model");
        h = Number("d_head");
        heads = Number("n_heads", d / h);
        mlp = Number("d_mlp", 4 * d);
        outputs = Number("d_vocab_out", Number("d_vocab"));
        causal = Text("attention_dir", "causal") == "causal";
        attentionScale = Flag("use_attn_scale", true) ? (float)(this.config.TryGetProperty("attn_scale", out JsonElement scale) ? scale.GetDouble() : Math.Sqrt(h)) : 1;
        Assert.Equal("relu", Text("act_fn", null));
        Assert.Equal("standard", Text("positional_embedding_type", "standard"));
        Assert.Null(Text("normalization_type", "LN"));
        Assert.False(Flag("attn_only", false));
        Assert.False(Flag("gated_mlp", false));
    }

    /// <summary>What <c>load_state_dict</c> asks for, the buffers attn.mask and attn.IGNORE apart, which the model makes itself.</summary>
    public IEnumerable<string> StateDictionary
    {
        get
        {
            List<string> names = [$"embed.W_E [{Number("d_vocab")}, {d}]", $"pos_embed.W_pos [{Number("n_ctx")}, {d}]", $"unembed.W_U [{d}, {outputs}]", $"unembed.b_U [{outputs}]"];
            for (int l = 0; l < layers; l++)
            {
                string attn = $"blocks.{l}.attn.";
                foreach (char name in "QKV") names.AddRange([$"{attn}W_{name} [{heads}, {d}, {h}]", $"{attn}b_{name} [{heads}, {h}]"]);
                names.AddRange([$"{attn}W_O [{heads}, {h}, {d}]", $"{attn}b_O [{d}]"]);
                names.AddRange([$"blocks.{l}.mlp.W_in [{d}, {mlp}]", $"blocks.{l}.mlp.b_in [{mlp}]", $"blocks.{l}.mlp.W_out [{mlp}, {d}]", $"blocks.{l}.mlp.b_out [{d}]"]);
            }

            return names.Order(StringComparer.Ordinal);
        }
    }

    /// <summary>Logits [positions, d_vocab_out] of one row of token ids.</summary>
    public float[][] Forward(int[] tokens)
    {
        Assert.InRange(tokens.Length, 1, Number("n_ctx"));
        float[][] residual = [.. tokens.Select((id, p) => Sum(Row("embed.W_E", id), Row("pos_embed.W_pos", p)))];
        for (int l = 0; l < layers; l++)
        {
            float[][] attention = Attention($"blocks.{l}.attn.", residual);
            residual = [.. residual.Zip(attention, Sum)];
            residual = [.. residual.Select(x => Sum(x, Mlp($"blocks.{l}.mlp.", x)))];
        }

        return [.. residual.Select(x => Affine(x, weights["unembed.W_U"], 0, weights["unembed.b_U"]))];
    }

    private float[][] Attention(string name, float[][] x)
    {
        float[][] result = [.. x.Select(_ => weights[name + "b_O"].ToArray())];
        for (int head = 0; head < heads; head++)
        {
            float[][] q = Project("Q");
            float[][] k = Project("K");
            float[][] v = Project("V");
            for (int query = 0; query < x.Length; query++)
            {
                float[] scores = [.. k.Select((key, place) => causal && place > query ? float.NegativeInfinity : Dot(q[query], key) / attentionScale)];
                float[] pattern = Softmax(scores);
                float[] z = new float[h];
                for (int place = 0; place < x.Length; place++)
                    for (int i = 0; i < h; i++) z[i] += pattern[place] * v[place][i];
                result[query] = Sum(result[query], Affine(z, weights[name + "W_O"], head * h * d, new float[d]));
            }

            float[][] Project(string matrix) =>
                [.. x.Select(row => Affine(row, weights[name + "W_" + matrix], head * d * h, weights[name + "b_" + matrix].AsSpan(head * h, h).ToArray()))];
        }

        return result;
    }

    private float[] Mlp(string name, float[] x)
    {
        float[] hidden = Affine(x, weights[name + "W_in"], 0, weights[name + "b_in"]);
        for (int i = 0; i < hidden.Length; i++) hidden[i] = MathF.Max(hidden[i], 0);
        return Affine(hidden, weights[name + "W_out"], 0, weights[name + "b_out"]);
    }

    /// <summary>x W + b, W [x.Length, b.Length] starting at an offset of the tensor.</summary>
    private static float[] Affine(float[] x, float[] matrix, int offset, float[] bias)
    {
        float[] y = new float[bias.Length];
        for (int i = 0; i < x.Length; i++)
            for (int j = 0; j < y.Length; j++) y[j] += x[i] * matrix[offset + (i * y.Length) + j];
        return Sum(y, bias);
    }

    private static float[] Softmax(float[] scores)
    {
        float largest = scores.Max();
        float[] exponentials = [.. scores.Select(s => MathF.Exp(s - largest))];
        float total = exponentials.Sum();
        return [.. exponentials.Select(e => e / total)];
    }

    private static float Dot(float[] a, float[] b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static float[] Sum(float[] a, float[] b)
    {
        float[] sum = new float[a.Length];
        for (int i = 0; i < sum.Length; i++) sum[i] = a[i] + b[i];
        return sum;
    }

    private float[] Row(string name, int row) => weights[name].AsSpan(row * d, d).ToArray();

    private int Number(string key, int? otherwise = null) =>
        config.TryGetProperty(key, out JsonElement value) ? value.GetInt32() : otherwise ?? throw new KeyNotFoundException(key);

    private string? Text(string key, string? otherwise) => config.TryGetProperty(key, out JsonElement value) ? value.GetString() : otherwise;

    private bool Flag(string key, bool otherwise) => config.TryGetProperty(key, out JsonElement value) ? value.GetBoolean() : otherwise;
}
