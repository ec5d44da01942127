using System.Text.Json;
using System.Text.Json.Nodes;
using Rasp.Format;

namespace Rasp.Runtime.LanguageModels;

/// <summary>The shape of a Llama-family decoder; the names in config.json are Hugging Face's.</summary>
public sealed record LlamaConfig
{
    public required int VocabularySize { get; init; }

    /// <summary>d, the width of the residual stream (<c>hidden_size</c>).</summary>
    public required int HiddenSize { get; init; }

    /// <summary>The width of the SwiGLU layer (<c>intermediate_size</c>).</summary>
    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Each key/value head serves <c>Heads / KeyValueHeads</c> query heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>The context length the model was trained at; rotary positions themselves have no limit.</summary>
    public required int MaxPositions { get; init; }

    public double RmsNormEps { get; init; } = 1e-5;

    public double RopeTheta { get; init; } = 10000;

    /// <summary>The output projection is the embedding, transposed.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    public int Bos { get; init; }

    public int Eos { get; init; } = 1;

    public int HeadSize => HiddenSize / Heads;

    /// <summary>Reads config.json; throws <see cref="RaspException"/> where it is damaged or asks for something unsupported.</summary>
    public static LlamaConfig Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(path, document.RootElement);
        }
        catch (JsonException e)
        {
            throw new RaspException($"'{path}' is not valid JSON: {e.Message} Copy or download the file again.", e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new RaspException($"'{path}' holds a value of the wrong kind: {e.Message} Correct the file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    public void Write(string path)
    {
        JsonObject root = new()
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["attention_bias"] = false,
            ["bos_token_id"] = Bos,
            ["eos_token_id"] = Eos,
            ["hidden_act"] = "silu",
            ["hidden_size"] = HiddenSize,
            ["intermediate_size"] = IntermediateSize,
            ["max_position_embeddings"] = MaxPositions,
            ["mlp_bias"] = false,
            ["model_type"] = "llama",
            ["num_attention_heads"] = Heads,
            ["num_hidden_layers"] = Layers,
            ["num_key_value_heads"] = KeyValueHeads,
            ["rms_norm_eps"] = RmsNormEps,
            ["rope_theta"] = RopeTheta,
            ["tie_word_embeddings"] = TieWordEmbeddings,
            ["torch_dtype"] = "float32",
            ["vocab_size"] = VocabularySize,
        };
        string json = root.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" });
        AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(json + "\n"));
    }

    /// <summary>Throws <see cref="RaspException"/> unless the sizes fit together; <paramref name="source"/> names their origin.</summary>
    internal LlamaConfig Checked(string source)
    {
        int[] sizes = [VocabularySize, HiddenSize, IntermediateSize, Layers, Heads, KeyValueHeads, MaxPositions];
        if (sizes.Any(size => size <= 0)) throw Wrong("every size must be greater than 0");
        if (HiddenSize % Heads != 0) throw Wrong($"the hidden size {HiddenSize} is not a multiple of the {Heads} heads");
        if (HeadSize % 2 != 0) throw Wrong($"the head size {HeadSize} is odd, but rotary positions need pairs");
        if (Heads % KeyValueHeads != 0) throw Wrong($"the {Heads} heads are not a multiple of the {KeyValueHeads} key/value heads");
        return this;

        RaspException Wrong(string what) => new($"The model sizes in '{source}' do not fit together: {what}. Correct them, or use another model.");
    }

    private static LlamaConfig Read(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new RaspException($"'{path}' is not a JSON object. Copy or download the file again.");
        string modelType = root.TryGetProperty("model_type", out JsonElement type) ? type.GetString() ?? string.Empty : string.Empty;
        if (modelType != "llama") throw Unsupported("model_type", modelType, "llama");
        if (root.TryGetProperty("hidden_act", out JsonElement activation) && activation.GetString() is not "silu")
            throw Unsupported("hidden_act", activation.GetRawText(), "silu");
        foreach (string bias in (string[])["attention_bias", "mlp_bias"])
            if (root.TryGetProperty(bias, out JsonElement has) && has.ValueKind == JsonValueKind.True) throw Unsupported(bias, "true", "false");
        if (root.TryGetProperty("rope_scaling", out JsonElement scaling) && scaling.ValueKind != JsonValueKind.Null)
            throw Unsupported("rope_scaling", scaling.GetRawText(), "null");

        LlamaConfig config = new()
        {
            VocabularySize = Required("vocab_size"),
            HiddenSize = Required("hidden_size"),
            IntermediateSize = Required("intermediate_size"),
            Layers = Required("num_hidden_layers"),
            Heads = Required("num_attention_heads"),
            KeyValueHeads = Optional("num_key_value_heads")?.GetInt32() ?? Required("num_attention_heads"),
            MaxPositions = Required("max_position_embeddings"),
            RmsNormEps = Optional("rms_norm_eps")?.GetDouble() ?? 1e-6,
            RopeTheta = Optional("rope_theta")?.GetDouble() ?? 10000,
            TieWordEmbeddings = Optional("tie_word_embeddings")?.GetBoolean() ?? false,
            Bos = Required("bos_token_id"),
            Eos = Required("eos_token_id"),
        };
        config.Checked(path);
        if (Optional("head_dim")?.GetInt32() is int head && head != config.HeadSize)
            throw Unsupported("head_dim", $"{head}", $"hidden_size / num_attention_heads = {config.HeadSize}");
        return config;

        JsonElement? Optional(string name) =>
            root.TryGetProperty(name, out JsonElement element) && element.ValueKind != JsonValueKind.Null ? element : null;
        int Required(string name) => Optional(name)?.GetInt32()
            ?? throw new RaspException($"'{path}' has no '{name}'. Use the config.json that belongs to the model.");
        RaspException Unsupported(string name, string found, string wanted) =>
            new($"'{path}': {name} is {(found.Length == 0 ? "missing" : found)}, but only {wanted} is supported. Use a Llama-family model.");
    }
}
