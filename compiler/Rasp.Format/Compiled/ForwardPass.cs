using System.Collections.Immutable;

namespace Rasp.Format;

/// <summary>Sees, and may change, the residual stream [positions, d_model] right after a site has been written.</summary>
internal delegate void ResidualObserver(int layer, ResidualSite site, Span<float> residual);

/// <summary>
/// The transformer in single precision: embedding, then per layer attention and a ReLU MLP, each added to the residual
/// stream, then the unembedding. Position 0 holds the beginning-of-sequence token.
/// </summary>
internal sealed class ForwardPass
{
    private readonly Manifest shape;
    private readonly float[] embedding;
    private readonly float[] positions;
    private readonly Layer[] layers;
    private readonly SparseMatrix unembedding;
    private readonly float[] unembeddingBias;

    public ForwardPass(Manifest shape, IReadOnlyDictionary<string, WeightTensor> weights)
    {
        this.shape = shape;
        embedding = weights[CompiledWeights.Embedding].Data;
        positions = weights[CompiledWeights.Positions].Data;
        layers = [.. Enumerable.Range(0, shape.Layers).Select(l => new Layer(shape, l, weights))];
        unembedding = new SparseMatrix(weights[CompiledWeights.Unembedding].Data, shape.DModel, weights[CompiledWeights.UnembeddingBias].Data.Length);
        unembeddingBias = weights[CompiledWeights.UnembeddingBias].Data;
    }

    /// <summary>Logits [ids.Length, outputs], the beginning-of-sequence row included. <paramref name="ids"/> starts with that token.</summary>
    public float[] Run(ReadOnlySpan<int> ids, ResidualObserver? observe)
    {
        int d = shape.DModel;
        float[] residual = new float[ids.Length * d];
        for (int p = 0; p < ids.Length; p++)
            for (int c = 0; c < d; c++)
                residual[(p * d) + c] = embedding[(ids[p] * d) + c] + positions[(p * d) + c];
        observe?.Invoke(0, ResidualSite.Pre, residual);
        for (int l = 0; l < layers.Length; l++)
        {
            layers[l].AddAttention(residual, ids.Length, shape.Causal);
            observe?.Invoke(l, ResidualSite.Mid, residual);
            layers[l].AddMlp(residual, ids.Length);
            observe?.Invoke(l, ResidualSite.Post, residual);
        }

        int outputs = unembedding.Outputs;
        float[] logits = new float[ids.Length * outputs];
        for (int p = 0; p < ids.Length; p++)
        {
            Span<float> row = logits.AsSpan(p * outputs, outputs);
            unembedding.MultiplyAdd(residual.AsSpan(p * d, d), row);
            for (int o = 0; o < outputs; o++) row[o] += unembeddingBias[o];
        }

        return logits;
    }

    private sealed class Layer
    {
        private readonly int d;
        private readonly ImmutableArray<Head> heads;
        private readonly float[] outputBias;
        private readonly SparseMatrix mlpIn;
        private readonly float[] mlpInBias;
        private readonly SparseMatrix mlpOut;
        private readonly float[] mlpOutBias;

        public Layer(Manifest m, int layer, IReadOnlyDictionary<string, WeightTensor> weights)
        {
            d = m.DModel;
            heads = [.. Enumerable.Range(0, m.HeadsPerLayer).Select(h => new Head(m, layer, h, weights)).Where(h => !h.IsUnused)];
            outputBias = weights[CompiledWeights.Attention(layer, "b_O")].Data;
            mlpIn = new SparseMatrix(weights[CompiledWeights.Mlp(layer, "W_in")].Data, d, m.DMlp);
            mlpInBias = weights[CompiledWeights.Mlp(layer, "b_in")].Data;
            mlpOut = new SparseMatrix(weights[CompiledWeights.Mlp(layer, "W_out")].Data, m.DMlp, d);
            mlpOutBias = weights[CompiledWeights.Mlp(layer, "b_out")].Data;
        }

        public void AddAttention(float[] residual, int length, bool causal)
        {
            float[] sum = new float[residual.Length];
            foreach (Head head in heads) head.AddOutput(residual, sum, length, d, causal);
            for (int p = 0; p < length; p++)
                for (int c = 0; c < d; c++)
                    residual[(p * d) + c] += sum[(p * d) + c] + outputBias[c];
        }

        public void AddMlp(float[] residual, int length)
        {
            float[] hidden = new float[mlpInBias.Length];
            float[] output = new float[d];
            for (int p = 0; p < length; p++)
            {
                Span<float> row = residual.AsSpan(p * d, d);
                Array.Clear(hidden);
                mlpIn.MultiplyAdd(row, hidden);
                for (int m = 0; m < hidden.Length; m++) hidden[m] = MathF.Max(hidden[m] + mlpInBias[m], 0);
                Array.Clear(output);
                mlpOut.MultiplyAdd(hidden, output);
                for (int c = 0; c < d; c++) row[c] += output[c] + mlpOutBias[c];
            }
        }
    }

    private sealed class Head
    {
        private readonly Projection query;
        private readonly Projection key;
        private readonly Projection value;
        private readonly SparseMatrix output;

        public Head(Manifest m, int layer, int head, IReadOnlyDictionary<string, WeightTensor> weights)
        {
            Projection Read(string name) => new(
                new SparseMatrix(weights[CompiledWeights.Attention(layer, "W_" + name)].Data.AsSpan(head * m.DModel * m.DHead, m.DModel * m.DHead), m.DModel, m.DHead),
                weights[CompiledWeights.Attention(layer, "b_" + name)].Data.AsMemory(head * m.DHead, m.DHead));
            query = Read("Q");
            key = Read("K");
            value = Read("V");
            output = new SparseMatrix(weights[CompiledWeights.Attention(layer, "W_O")].Data.AsSpan(head * m.DHead * m.DModel, m.DHead * m.DModel), m.DHead, m.DModel);
        }

        public bool IsUnused => output.IsZero;

        public void AddOutput(float[] residual, float[] sum, int length, int d, bool causal)
        {
            float[] q = query.Apply(residual, length, d);
            float[] k = key.Apply(residual, length, d);
            float[] v = value.Apply(residual, length, d);
            int h = output.Outputs == 0 ? 0 : q.Length / length;
            float[] scores = new float[length];
            float[] mixed = new float[h];
            for (int p = 0; p < length; p++)
            {
                int visible = causal ? p + 1 : length;
                Span<float> pattern = scores.AsSpan(0, visible);
                ReadOnlySpan<float> queryRow = q.AsSpan(p * h, h);
                for (int j = 0; j < visible; j++) pattern[j] = Dot(queryRow, k.AsSpan(j * h, h));
                Softmax(pattern);
                Array.Clear(mixed);
                for (int j = 0; j < visible; j++)
                {
                    if (pattern[j] == 0) continue;
                    for (int f = 0; f < h; f++) mixed[f] += pattern[j] * v[(j * h) + f];
                }

                output.MultiplyAdd(mixed, sum.AsSpan(p * d, d));
            }
        }

        private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        {
            float sum = 0;
            for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
            return sum;
        }

        private static void Softmax(Span<float> scores)
        {
            float max = float.NegativeInfinity;
            foreach (float score in scores) max = MathF.Max(max, score);
            float total = 0;
            foreach (ref float score in scores)
            {
                score = MathF.Exp(score - max);
                total += score;
            }

            foreach (ref float score in scores) score /= total;
        }
    }

    private sealed record Projection(SparseMatrix Weight, ReadOnlyMemory<float> Bias)
    {
        public float[] Apply(float[] residual, int length, int d)
        {
            int h = Weight.Outputs;
            float[] result = new float[length * h];
            for (int p = 0; p < length; p++)
            {
                Span<float> row = result.AsSpan(p * h, h);
                Weight.MultiplyAdd(residual.AsSpan(p * d, d), row);
                for (int f = 0; f < h; f++) row[f] += Bias.Span[f];
            }

            return result;
        }
    }
}
