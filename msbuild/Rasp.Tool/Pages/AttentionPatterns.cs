using System.Collections.Immutable;
using Rasp.Format;

namespace Rasp.Tool.Pages;

/// <summary>
/// What every head attends to: the forward pass in plain loops over the dense weights, as TransformerLens defines it
/// (unscaled scores, no layer norm), kept for the attention weights that <see cref="CompiledModel"/> does not show.
/// </summary>
internal sealed class AttentionPatterns
{
    private readonly Manifest m;
    private readonly IReadOnlyDictionary<string, WeightTensor> weights;
    private readonly int positions;

    /// <summary>[positions, d_model].</summary>
    private readonly float[,] residual;

    private AttentionPatterns(CompiledModel model, ImmutableArray<Value> tokens)
    {
        m = model.Manifest;
        weights = model.Weights;
        positions = tokens.Length + 1;
        residual = new float[positions, m.DModel];
        float[] embedding = weights[CompiledWeights.Embedding].Data;
        float[] places = weights[CompiledWeights.Positions].Data;
        for (int p = 0; p < positions; p++)
        {
            int id = p == 0 ? m.Vocabulary.Length : m.Vocabulary.IndexOf(tokens[p - 1]);
            for (int c = 0; c < m.DModel; c++) residual[p, c] = embedding[(id * m.DModel) + c] + places[(p * m.DModel) + c];
        }
    }

    /// <summary>
    /// <c>hook_pattern</c> [head, query, key] of each layer; position 0 is the beginning of sequence. The tokens are of the
    /// vocabulary and at most as many as the model takes.
    /// </summary>
    public static ImmutableArray<float[,,]> Of(CompiledModel model, ImmutableArray<Value> tokens)
    {
        AttentionPatterns pass = new(model, tokens);
        return [.. Enumerable.Range(0, model.Manifest.Layers).Select(pass.Layer)];
    }

    private float[,,] Layer(int layer)
    {
        float[,,] pattern = new float[m.HeadsPerLayer, positions, positions];
        float[,] written = new float[positions, m.DModel];
        for (int head = 0; head < m.HeadsPerLayer; head++)
        {
            float[,] q = Project(layer, "Q", head);
            float[,] k = Project(layer, "K", head);
            float[,] v = Project(layer, "V", head);
            for (int p = 0; p < positions; p++)
            {
                int visible = m.Causal ? p + 1 : positions;
                float[] row = Softmax([.. Enumerable.Range(0, visible).Select(j => Dot(q, p, k, j))]);
                for (int j = 0; j < visible; j++) pattern[head, p, j] = row[j];
            }

            AddOutput(layer, head, pattern, v, written);
        }

        float[] outputBias = weights[CompiledWeights.Attention(layer, "b_O")].Data;
        for (int p = 0; p < positions; p++)
            for (int c = 0; c < m.DModel; c++)
                residual[p, c] += written[p, c] + outputBias[c];
        AddMlp(layer);
        return pattern;
    }

    /// <summary>x·W + b [positions, d_head].</summary>
    private float[,] Project(int layer, string name, int head)
    {
        float[] w = weights[CompiledWeights.Attention(layer, "W_" + name)].Data;
        float[] b = weights[CompiledWeights.Attention(layer, "b_" + name)].Data;
        float[,] result = new float[positions, m.DHead];
        for (int p = 0; p < positions; p++)
        {
            for (int f = 0; f < m.DHead; f++)
            {
                float sum = 0;
                for (int c = 0; c < m.DModel; c++) sum += residual[p, c] * w[(((head * m.DModel) + c) * m.DHead) + f];
                result[p, f] = sum + b[(head * m.DHead) + f];
            }
        }

        return result;
    }

    /// <summary>written ← written + (pattern·v)·W_O.</summary>
    private void AddOutput(int layer, int head, float[,,] pattern, float[,] v, float[,] written)
    {
        float[] w = weights[CompiledWeights.Attention(layer, "W_O")].Data;
        for (int p = 0; p < positions; p++)
        {
            for (int f = 0; f < m.DHead; f++)
            {
                float z = 0;
                for (int j = 0; j < positions; j++) z += pattern[head, p, j] * v[j, f];
                for (int c = 0; c < m.DModel; c++) written[p, c] += z * w[(((head * m.DHead) + f) * m.DModel) + c];
            }
        }
    }

    /// <summary>x ← x + ReLU(x·W_in + b_in)·W_out + b_out.</summary>
    private void AddMlp(int layer)
    {
        float[] wIn = weights[CompiledWeights.Mlp(layer, "W_in")].Data;
        float[] bIn = weights[CompiledWeights.Mlp(layer, "b_in")].Data;
        float[] wOut = weights[CompiledWeights.Mlp(layer, "W_out")].Data;
        float[] bOut = weights[CompiledWeights.Mlp(layer, "b_out")].Data;
        for (int p = 0; p < positions; p++)
        {
            float[] hidden = new float[m.DMlp];
            for (int u = 0; u < m.DMlp; u++)
            {
                float sum = 0;
                for (int c = 0; c < m.DModel; c++) sum += residual[p, c] * wIn[(c * m.DMlp) + u];
                hidden[u] = MathF.Max(sum + bIn[u], 0);
            }

            for (int c = 0; c < m.DModel; c++)
            {
                float sum = 0;
                for (int u = 0; u < m.DMlp; u++) sum += hidden[u] * wOut[(u * m.DModel) + c];
                residual[p, c] += sum + bOut[c];
            }
        }
    }

    private static float Dot(float[,] a, int row, float[,] b, int other)
    {
        float sum = 0;
        for (int f = 0; f < a.GetLength(1); f++) sum += a[row, f] * b[other, f];
        return sum;
    }

    private static float[] Softmax(float[] scores)
    {
        float largest = scores.Max();
        float[] exponentials = [.. scores.Select(s => MathF.Exp(s - largest))];
        float total = exponentials.Sum();
        return [.. exponentials.Select(e => e / total)];
    }
}
