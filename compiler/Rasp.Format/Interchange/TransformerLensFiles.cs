using System.Text;
using System.Text.Json;

namespace Rasp.Format;

/// <summary>
/// A compiled program for TransformerLens: <c>STEM.transformer_lens.json</c>, whose keys are arguments of
/// <c>HookedTransformerConfig</c> in its releases 1 to 4, and <c>STEM.transformer_lens.safetensors</c>, the model's state
/// dictionary without the buffers <c>attn.mask</c> and <c>attn.IGNORE</c>, which the model makes itself (load it with
/// <c>strict=False</c>). Inputs are token ids [batch, positions] whose first is the beginning-of-sequence token.
/// </summary>
public static class TransformerLensFiles
{
    public static string ConfigPath(string stem) => stem + ".transformer_lens.json";

    public static string WeightsPath(string stem) => stem + ".transformer_lens.safetensors";

    /// <summary>Writes both files, the weights as <paramref name="dtype"/> F32, F16 or BF16, rounded to the nearest, ties to even.</summary>
    /// <exception cref="RaspException">A weight is beyond the dtype's largest number, or a file cannot be written.</exception>
    public static void Write(CompiledModel model, string stem, SafetensorsDtype dtype = SafetensorsDtype.F32)
    {
        InterchangeModel exported = InterchangeModel.Of(model, dtype);
        SafetensorsWriter.Write(WeightsPath(stem), exported.Tensors, exported.Metadata);
        AtomicFile.Write(ConfigPath(stem), Encoding.UTF8.GetBytes(Config(exported.Manifest)));
    }

    /// <summary>
    /// Attention scores are not scaled, so the division by √d_head is switched off rather than folded into W_Q, where a
    /// factor that is no power of two would round. The dtype is left out: JSON has none that PyTorch takes.
    /// </summary>
    private static string Config(Manifest m)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("n_layers", m.Layers);
            json.WriteNumber("n_heads", m.HeadsPerLayer);
            json.WriteNumber("n_ctx", m.MaxLength + 1);
            json.WriteNumber("d_model", m.DModel);
            json.WriteNumber("d_head", m.DHead);
            json.WriteNumber("d_mlp", m.DMlp);
            json.WriteNumber("d_vocab", m.Vocabulary.Length + 1);
            json.WriteNumber("d_vocab_out", m.Logits);
            json.WriteString("act_fn", "relu");
            json.WriteNull("normalization_type");
            json.WriteString("attention_dir", m.Causal ? "causal" : "bidirectional");
            json.WriteBoolean("use_attn_scale", false);
            json.WriteString("positional_embedding_type", "standard");
            json.WriteBoolean("init_weights", false);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
