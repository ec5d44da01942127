using System.Collections.Immutable;
using System.Globalization;

namespace Rasp.Format;

/// <summary>A dense row-major tensor.</summary>
public sealed record WeightTensor(ImmutableArray<int> Shape, float[] Data)
{
    public static WeightTensor Zeros(params ReadOnlySpan<int> shape)
    {
        int count = 1;
        foreach (int size in shape) count *= size;
        return new WeightTensor([.. shape], new float[count]);
    }
}

/// <summary>
/// The weights of a compiled program under TransformerLens's names and shapes: <c>embed.W_E</c> [V+1, d],
/// <c>pos_embed.W_pos</c> [n+1, d]; per layer <c>attn.W_Q/W_K/W_V</c> [H, d, h], <c>attn.b_Q/b_K/b_V</c> [H, h],
/// <c>attn.W_O</c> [H, h, d], <c>attn.b_O</c> [d], <c>mlp.W_in</c> [d, m], <c>mlp.b_in</c> [m], <c>mlp.W_out</c> [m, d],
/// <c>mlp.b_out</c> [d]; <c>unembed.W_U</c> [d, o], <c>unembed.b_U</c> [o]. Attention scores are not scaled, the
/// activation is ReLU, there is no layer norm.
/// </summary>
public static class CompiledWeights
{
    public const string Embedding = "embed.W_E";
    public const string Positions = "pos_embed.W_pos";
    public const string Unembedding = "unembed.W_U";
    public const string UnembeddingBias = "unembed.b_U";

    public static string Attention(int layer, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"blocks.{layer}.attn.{name}");

    public static string Mlp(int layer, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"blocks.{layer}.mlp.{name}");

    /// <summary>Every tensor with the shape that the manifest's sizes give it.</summary>
    public static IEnumerable<(string Name, ImmutableArray<int> Shape)> Shapes(Manifest m)
    {
        int outputs = m.Logits;
        yield return (Embedding, [m.Vocabulary.Length + 1, m.DModel]);
        yield return (Positions, [m.MaxLength + 1, m.DModel]);
        for (int layer = 0; layer < m.Layers; layer++)
        {
            foreach (string name in new[] { "Q", "K", "V" })
            {
                yield return (Attention(layer, "W_" + name), [m.HeadsPerLayer, m.DModel, m.DHead]);
                yield return (Attention(layer, "b_" + name), [m.HeadsPerLayer, m.DHead]);
            }

            yield return (Attention(layer, "W_O"), [m.HeadsPerLayer, m.DHead, m.DModel]);
            yield return (Attention(layer, "b_O"), [m.DModel]);
            yield return (Mlp(layer, "W_in"), [m.DModel, m.DMlp]);
            yield return (Mlp(layer, "b_in"), [m.DMlp]);
            yield return (Mlp(layer, "W_out"), [m.DMlp, m.DModel]);
            yield return (Mlp(layer, "b_out"), [m.DModel]);
        }

        yield return (Unembedding, [m.DModel, outputs]);
        yield return (UnembeddingBias, [outputs]);
    }
}
