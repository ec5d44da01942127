namespace Rasp.Format;

/// <summary>
/// The forward pass of the beginning of the sequence, which no input changes: in a compiled model it attends to itself alone, so that
/// z is its own value. Products leave out what is zero, which most of its numbers are.
/// </summary>
internal sealed class BeginningPass
{
    private readonly Manifest shape;
    private readonly IReadOnlyDictionary<string, WeightTensor> weights;
    private readonly float[] row;
    private int layer;

    /// <summary>Weights of a layer are read when <see cref="PassLayer"/> comes to it.</summary>
    public BeginningPass(Manifest shape, IReadOnlyDictionary<string, WeightTensor> weights)
    {
        this.shape = shape;
        this.weights = weights;
        int d = shape.DModel;
        row = new float[d];
        Add(weights[CompiledWeights.Embedding].Data.AsSpan(shape.Vocabulary.Length * d, d), 1, row);
        Add(weights[CompiledWeights.Positions].Data.AsSpan(0, d), 1, row);
    }

    /// <summary>The residual stream [d_model] before the next layer.</summary>
    public ReadOnlySpan<float> Residual => row;

    public void PassLayer()
    {
        Add(Attention(), 1, row);
        float[] hidden = Project(row, Mlp("W_in"), Mlp("b_in"));
        for (int u = 0; u < hidden.Length; u++) hidden[u] = MathF.Max(hidden[u], 0);
        Add(Project(hidden, Mlp("W_out"), Mlp("b_out")), 1, row);
        layer++;

        float[] Mlp(string name) => weights[CompiledWeights.Mlp(layer, name)].Data;
    }

    private float[] Attention()
    {
        (int d, int h) = (shape.DModel, shape.DHead);
        float[] written = [.. weights[CompiledWeights.Attention(layer, "b_O")].Data];
        for (int head = 0; head < shape.HeadsPerLayer; head++)
        {
            float[] z = Project(
                row,
                weights[CompiledWeights.Attention(layer, "W_V")].Data.AsSpan(head * d * h, d * h),
                weights[CompiledWeights.Attention(layer, "b_V")].Data.AsSpan(head * h, h));
            AddProduct(z, weights[CompiledWeights.Attention(layer, "W_O")].Data.AsSpan(head * h * d, h * d), written);
        }

        return written;
    }

    /// <summary>x·W + bias, W [inputs, outputs].</summary>
    private static float[] Project(float[] x, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        float[] y = new float[bias.Length];
        AddProduct(x, weights, y);
        Add(bias, 1, y);
        return y;
    }

    private static void AddProduct(float[] x, ReadOnlySpan<float> weights, float[] y)
    {
        for (int i = 0; i < x.Length; i++)
            if (x[i] != 0) Add(weights.Slice(i * y.Length, y.Length), x[i], y);
    }

    private static void Add(ReadOnlySpan<float> x, float factor, float[] y)
    {
        for (int i = 0; i < y.Length; i++) y[i] += factor * x[i];
    }
}
