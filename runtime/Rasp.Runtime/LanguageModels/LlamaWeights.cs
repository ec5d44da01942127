using Rasp.Format;

namespace Rasp.Runtime.LanguageModels;

/// <summary>A decoder's tensors under Hugging Face's names, row-major, [outputs, inputs] for matrices, rotary pairs half a head apart.</summary>
internal sealed class LlamaWeights(string source, IReadOnlyDictionary<string, float[]> tensors)
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Unembedding = "lm_head.weight";

    /// <summary>The file the tensors came from, for messages.</summary>
    public string Source => source;

    public float[] this[string name] => tensors.TryGetValue(name, out float[]? data)
        ? data
        : throw new RaspException($"'{source}' has no tensor '{name}'. Use the weights that belong to the model's configuration.");

    /// <summary>Every tensor of a model of this shape, in the order the model uses them.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Shapes(LlamaConfig config)
    {
        long d = config.HiddenSize;
        long kv = (long)config.KeyValueHeads * config.HeadSize;
        long ff = config.IntermediateSize;
        yield return (Embedding, [config.VocabularySize, d]);
        for (int layer = 0; layer < config.Layers; layer++)
        {
            yield return (InLayer(layer, "input_layernorm"), [d]);
            yield return (InLayer(layer, "self_attn.q_proj"), [d, d]);
            yield return (InLayer(layer, "self_attn.k_proj"), [kv, d]);
            yield return (InLayer(layer, "self_attn.v_proj"), [kv, d]);
            yield return (InLayer(layer, "self_attn.o_proj"), [d, d]);
            yield return (InLayer(layer, "post_attention_layernorm"), [d]);
            yield return (InLayer(layer, "mlp.gate_proj"), [ff, d]);
            yield return (InLayer(layer, "mlp.up_proj"), [ff, d]);
            yield return (InLayer(layer, "mlp.down_proj"), [d, ff]);
        }

        yield return (FinalNorm, [d]);
        if (!config.TieWordEmbeddings) yield return (Unembedding, [config.VocabularySize, d]);
    }

    public static string InLayer(int layer, string part) => $"model.layers.{layer}.{part}.weight";
}
