using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.LanguageModels;

/// <summary>
/// Rotary positions in Hugging Face's convention. In a head of size h, the pair (i, i + h/2) at position p turns by
/// p·θ^(−2i/h):
///   y[i]       = x[i]·cos − x[i + h/2]·sin
///   y[i + h/2] = x[i + h/2]·cos + x[i]·sin
/// which, with s(x) = x with its halves swapped, is y = x∘C + s(x)∘S for C = [cos, cos] and S = [−sin, sin].
/// C and S are repeated over the heads, so that both products run over whole rows of [B, T, heads·h].
/// </summary>
internal sealed class RotaryPositions
{
    private readonly Tensor cosines;
    private readonly Tensor sines;
    private readonly int headSize;

    /// <param name="positions">int64 [B, T] or [1, T].</param>
    /// <param name="config">Gives θ, the head size and the number of query heads.</param>
    public RotaryPositions(Tensor positions, LlamaConfig config)
    {
        headSize = config.HeadSize;
        float[] frequencies = [.. Enumerable.Range(0, headSize / 2).Select(i => (float)Math.Pow(config.RopeTheta, -2.0 * i / headSize))];
        using Tensor frequency = tensor(frequencies, [headSize / 2]).to(positions.device);
        using Tensor angles = positions.to_type(ScalarType.Float32).unsqueeze(-1) * frequency;
        Tensor cos = angles.cos();
        Tensor sin = angles.sin();
        cosines = cat([.. Enumerable.Repeat(cos, 2 * config.Heads)], -1);
        sines = cat([.. Enumerable.Repeat((Tensor[])[sin.neg(), sin], config.Heads).SelectMany(pair => pair)], -1);
    }

    /// <summary>Turns queries or keys, [B, T, heads·h].</summary>
    public Tensor Rotate(Tensor x)
    {
        long width = x.shape[^1];
        Tensor heads = x.view(x.shape[0], x.shape[1], width / headSize, headSize);
        Tensor swapped = cat([heads.narrow(-1, headSize / 2, headSize / 2), heads.narrow(-1, 0, headSize / 2)], -1).view(x.shape);
        return x * cosines.narrow(-1, 0, width) + swapped * sines.narrow(-1, 0, width);
    }
}
