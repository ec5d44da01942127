using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rasp.Runtime.LanguageModels;

/// <summary>One pre-norm decoder layer: x ← x + Attention(RMSNorm(x)), then x ← x + SwiGLU(RMSNorm(x)).</summary>
internal sealed class DecoderLayer : Module
{
    private readonly LlamaConfig config;
    private readonly int layer;
    private readonly Parameter attentionNorm;
    private readonly Parameter query;
    private readonly Parameter key;
    private readonly Parameter value;
    private readonly Parameter output;
    private readonly Parameter mlpNorm;
    private readonly Parameter gate;
    private readonly Parameter up;
    private readonly Parameter down;

    /// <param name="config">The model's shape.</param>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="parameter">Makes the parameter of a Hugging Face name.</param>
    public DecoderLayer(LlamaConfig config, int layer, Func<string, Parameter> parameter)
        : base($"layer {layer}")
    {
        this.config = config;
        this.layer = layer;
        attentionNorm = Make("input_layernorm");
        query = Make("self_attn.q_proj");
        key = Make("self_attn.k_proj");
        value = Make("self_attn.v_proj");
        output = Make("self_attn.o_proj");
        mlpNorm = Make("post_attention_layernorm");
        gate = Make("mlp.gate_proj");
        up = Make("mlp.up_proj");
        down = Make("mlp.down_proj");

        Parameter Make(string part)
        {
            Parameter made = parameter(LlamaWeights.InLayer(layer, part));
            register_parameter(part[(part.IndexOf('.', StringComparison.Ordinal) + 1)..], made);
            return made;
        }
    }

    /// <summary>The residual stream after this layer, [B, T, d].</summary>
    public Tensor forward(Tensor x, RotaryPositions positions, KeyValueCache? cache, ResidualHook hook)
    {
        x = hook(new HookPoint(layer, ResidualSite.Pre), x);
        x = hook(new HookPoint(layer, ResidualSite.Mid), x + Attention(RmsNorm(x, attentionNorm, config.RmsNormEps), positions, cache));
        return hook(new HookPoint(layer, ResidualSite.Post), x + Mlp(RmsNorm(x, mlpNorm, config.RmsNormEps)));
    }

    /// <summary>x · weight / √(mean(x²) + ε), the mean over the last dimension (Zhang and Sennrich 2019).</summary>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double epsilon) =>
        x * (x * x).mean([-1], keepdim: true).add(epsilon).rsqrt() * weight;

    private Tensor Attention(Tensor x, RotaryPositions positions, KeyValueCache? cache)
    {
        Tensor q = SplitHeads(positions.Rotate(functional.linear(x, query)), config.Heads);
        Tensor k = SplitHeads(positions.Rotate(functional.linear(x, key)), config.KeyValueHeads);
        Tensor v = SplitHeads(functional.linear(x, value), config.KeyValueHeads);
        // With a cache, a single new token sees all of it: nothing is masked.
        bool causal = cache is null || cache.Length == 0;
        if (cache is not null) (k, v) = cache.Append(layer, k, v);

        Tensor mixed = functional.scaled_dot_product_attention(q, PerQueryHead(k), PerQueryHead(v), is_casual: causal);
        return functional.linear(mixed.transpose(1, 2).reshape(x.shape), output);
    }

    private Tensor Mlp(Tensor x) => functional.linear(functional.silu(functional.linear(x, gate)) * functional.linear(x, up), down);

    /// <summary>[B, T, heads·h] → [B, heads, T, h].</summary>
    private Tensor SplitHeads(Tensor x, int heads) => x.view(x.shape[0], x.shape[1], heads, config.HeadSize).transpose(1, 2);

    /// <summary>[B, kv, T, h] → [B, heads, T, h]: each key/value head is repeated for the query heads it serves.</summary>
    private Tensor PerQueryHead(Tensor x)
    {
        int group = config.Heads / config.KeyValueHeads;
        if (group == 1) return x;
        long[] shape = x.shape;
        return x.unsqueeze(2).expand(shape[0], shape[1], group, shape[2], shape[3]).reshape(shape[0], config.Heads, shape[2], shape[3]);
    }
}
