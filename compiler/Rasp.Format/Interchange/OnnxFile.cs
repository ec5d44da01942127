using System.Collections.Immutable;
using System.Globalization;

namespace Rasp.Format;

/// <summary>
/// A compiled program as an ONNX model (operator set 17, intermediate representation 8): <c>tokens</c>, int64
/// [batch, positions], the first of each row the beginning-of-sequence token, to <c>logits</c>, float32
/// [batch, positions, logits]. Weights and activations have TransformerLens's names; the vocabulary and how logits are read
/// are in the model's metadata.
/// </summary>
public static class OnnxFile
{
    private const int IntermediateRepresentation = 8;
    private const int OperatorSet = 17;

    /// <summary>
    /// Writes the model; the weights are stored as <paramref name="dtype"/> F32, F16 or BF16, rounded to the nearest, ties to
    /// even, and everything is computed in float32, which every runtime has.
    /// </summary>
    /// <exception cref="RaspException">A weight is beyond the dtype's largest number, the model exceeds ONNX's 2 GiB, or the file cannot be written.</exception>
    public static void Write(CompiledModel model, string path, SafetensorsDtype dtype = SafetensorsDtype.F32)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("ONNX files are written on little-endian machines only.");
        InterchangeModel exported = InterchangeModel.Of(model, dtype);
        if (exported.Tensors.Sum(t => t.ByteLength) > int.MaxValue)
            throw new RaspException($"'{path}' cannot be written: an ONNX file holds at most 2 GiB; compile '{model.Manifest.Name}' with a smaller maximum length or vocabulary.");
        ProtobufMessage file = ToMessage(exported);
        AtomicFile.Write(path, file.WriteTo);
    }

    private static ProtobufMessage ToMessage(InterchangeModel model)
    {
        Manifest m = model.Manifest;
        ProtobufMessage message = new ProtobufMessage()
            .Add(1, IntermediateRepresentation)
            .Add(2, "rasp")
            .Add(6, Documentation(m))
            .Add(7, new Transformer(model).Build())
            .Add(8, new ProtobufMessage().Add(1, string.Empty).Add(2, OperatorSet));
        foreach ((string key, string value) in model.Metadata) message.Add(14, new ProtobufMessage().Add(1, key).Add(2, value));
        return message;
    }

    private static string Documentation(Manifest m) => string.Create(
        CultureInfo.InvariantCulture,
        $"The RASP program '{m.Name}' as a transformer. tokens [batch, positions]: {m.Vocabulary.Length} (beginning of sequence), then the ids of 1 to {m.MaxLength} tokens, an id being the token's place in the metadata's vocabulary. logits [batch, positions, {m.Logits}]: position p + 1 answers for token p, as the metadata's outputs say: of an output's logits, which start at its 'first', the largest names its value, or, where it has codes, the one logit's nearest code does.");

    /// <summary>The forward pass, operator by operator; d = d_model, H heads of h, m neurons.</summary>
    private sealed class Transformer(InterchangeModel model)
    {
        private readonly OnnxGraph graph = new();
        private readonly Manifest m = model.Manifest;
        private readonly Dictionary<string, SafetensorsTensor> tensors = model.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);

        public ProtobufMessage Build()
        {
            string positions = graph.Apply("Shape", "positions", ["tokens"], ("start", [1]), ("end", [2]));
            string residual = Embed(positions);
            string? visible = m.Causal && m.Layers > 0 ? CausalMask(positions) : null;
            for (int layer = 0; layer < m.Layers; layer++)
            {
                string block = string.Create(CultureInfo.InvariantCulture, $"blocks.{layer}.");
                residual = graph.Apply("Add", block + "hook_resid_mid", [residual, Attention(block, residual, visible)]);
                residual = graph.Apply("Add", block + "hook_resid_post", [residual, Mlp(block, residual)]);
            }

            Affine("logits", residual, CompiledWeights.Unembedding, CompiledWeights.UnembeddingBias);
            return graph.ToMessage(m.Name, "tokens", "logits", m.Logits);
        }

        /// <summary>W_E[tokens] [batch, positions, d] + the first rows of W_pos [positions, d]; more positions than there are rows cannot be added.</summary>
        private string Embed(string positions)
        {
            string embed = graph.Apply("Gather", "hook_embed", [Weight(CompiledWeights.Embedding), "tokens"]);
            string place = graph.Apply(
                "Slice", "hook_pos_embed", [Weight(CompiledWeights.Positions), graph.Integers("first", [0]), positions, graph.Integers("axis_0", [0])]);
            return graph.Apply("Add", "blocks.0.hook_resid_pre", [embed, place]);
        }

        /// <summary>[positions, positions], true where the key is not after the query.</summary>
        private string CausalMask(string positions)
        {
            string count = graph.Apply("Squeeze", "position_count", [positions, graph.Integers("axis_0", [0])]);
            string key = graph.Apply("Range", "key_position", [graph.Integers("zero", [0], isList: false), count, graph.Integers("one", [1], isList: false)]);
            string query = graph.Apply("Unsqueeze", "query_position", [key, graph.Integers("axis_1", [1])]);
            return graph.Apply("GreaterOrEqual", "visible", [query, key]);
        }

        /// <summary>softmax(q kᵀ) v W_O + b_O, the scores not scaled; the heads' outputs side by side make one product with W_O [H·h, d].</summary>
        private string Attention(string block, string residual, string? visible)
        {
            string attn = block + "attn.";
            string input = graph.Apply("Unsqueeze", attn + "input", [residual, graph.Integers("axis_1", [1])]);
            string q = Heads("Q");
            string k = Heads("K");
            string v = Heads("V");
            string scores = graph.Apply("MatMul", visible is null ? attn + "hook_attn_scores" : attn + "all_scores", [q, graph.Apply("Transpose", attn + "k_transposed", [k], ("perm", [0, 1, 3, 2]))]);
            if (visible is not null) scores = graph.Apply("Where", attn + "hook_attn_scores", [visible, scores, graph.Number("minus_infinity", float.NegativeInfinity)]);
            string pattern = graph.Apply("Softmax", attn + "hook_pattern", [scores], ("axis", [-1]));
            string z = graph.Apply("Transpose", attn + "hook_z", [graph.Apply("MatMul", attn + "z_by_head", [pattern, v])], ("perm", [0, 2, 1, 3]));
            string flat = graph.Apply("Reshape", attn + "z", [z, graph.Integers("all_heads", [0, 0, m.HeadsPerLayer * m.DHead])]);
            string product = graph.Apply("MatMul", attn + "result", [flat, Weight(attn + "W_O", m.HeadsPerLayer * m.DHead, m.DModel)]);
            return graph.Apply("Add", block + "hook_attn_out", [product, Weight(attn + "b_O")]);

            // [batch, 1, positions, d] · [H, d, h] + [H, 1, h] = [batch, H, positions, h]
            string Heads(string name)
            {
                string projected = graph.Apply("MatMul", $"{attn}{name}_product", [input, Weight($"{attn}W_{name}")]);
                return graph.Apply("Add", $"{attn}hook_{char.ToLowerInvariant(name[0])}", [projected, Weight($"{attn}b_{name}", m.HeadsPerLayer, 1, m.DHead)]);
            }
        }

        private string Mlp(string block, string residual)
        {
            string pre = Affine(block + "mlp.hook_pre", residual, block + "mlp.W_in", block + "mlp.b_in");
            string post = graph.Apply("Relu", block + "mlp.hook_post", [pre]);
            return Affine(block + "hook_mlp_out", post, block + "mlp.W_out", block + "mlp.b_out");
        }

        private string Affine(string name, string input, string weight, string bias) =>
            graph.Apply("Add", name, [graph.Apply("MatMul", name + "_product", [input, Weight(weight)]), Weight(bias)]);

        private string Weight(string name, params ReadOnlySpan<long> shape)
        {
            SafetensorsTensor tensor = tensors[name];
            return graph.Weight(tensor, shape.IsEmpty ? [.. tensor.Shape] : shape);
        }
    }
}
