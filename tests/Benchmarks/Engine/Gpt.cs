using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks.Engine;

/// <summary>A small pre-norm transformer with learned positions, as pytorch_peer.py writes it.</summary>
internal sealed class Gpt : Module
{
    internal const int Width = 128, Heads = 4, FeedForward = 512, Vocabulary = 256, Layers = 2, Batch = 16, Length = 64;

    private readonly Embedding token = Embedding(Vocabulary, Width);
    private readonly Parameter position = new(randn(Length, Width));
    private readonly Block[] blocks = [.. Enumerable.Range(0, Layers).Select(_ => new Block())];
    private readonly LayerNorm norm = LayerNorm(Width);
    private readonly Linear head = Linear(Width, Vocabulary);

    internal Gpt()
        : base("gpt")
    {
        RegisterComponents();
        for (int i = 0; i < blocks.Length; i++) register_module($"block{i}", blocks[i]);
    }

    /// <summary>Logits [B, T, V] of ids [B, T].</summary>
    internal Tensor Forward(Tensor ids)
    {
        Tensor x = token.forward(ids) + position;
        foreach (Block block in blocks) x = block.Forward(x);
        return head.forward(norm.forward(x));
    }

    private sealed class Block : Module
    {
        private readonly LayerNorm norm1 = LayerNorm(Width);
        private readonly LayerNorm norm2 = LayerNorm(Width);
        private readonly Linear qkv = Linear(Width, 3 * Width);
        private readonly Linear output = Linear(Width, Width);
        private readonly Linear up = Linear(Width, FeedForward);
        private readonly Linear down = Linear(FeedForward, Width);

        internal Block()
            : base("block") => RegisterComponents();

        internal Tensor Forward(Tensor x)
        {
            Tensor[] parts = [.. qkv.forward(norm1.forward(x)).split(Width, 2).Select(y => y.view(Batch, Length, Heads, Width / Heads).transpose(1, 2))];
            Tensor mixed = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: true);
            x = x + output.forward(mixed.transpose(1, 2).reshape(Batch, Length, Width));
            return x + down.forward(functional.gelu(up.forward(norm2.forward(x))));
        }
    }
}
