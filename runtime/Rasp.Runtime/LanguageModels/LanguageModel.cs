using Rasp.Format;
using Rasp.Runtime.Tokenizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Rasp.Runtime.LanguageModels;

/// <summary>
/// A Llama-family decoder (Touvron et al. 2023): pre-norm RMSNorm, rotary positions, grouped key/value heads, SwiGLU, no
/// biases. B is the batch, T the tokens, d the residual stream's width, V the vocabulary.
/// </summary>
public sealed class LanguageModel : Module
{
    private readonly List<(string Name, long[] Shape, Parameter Value)> named = [];
    private readonly Parameter embedding;
    private readonly DecoderLayer[] layers;
    private readonly Parameter finalNorm;
    private readonly Parameter unembedding;

    private LanguageModel(LlamaConfig config, ITokenizer tokenizer, Func<string, long[], float[]> data)
        : base("language model")
    {
        Config = config;
        Tokenizer = tokenizer;
        Dictionary<string, long[]> shapes = LlamaWeights.Shapes(config).ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        embedding = Make(LlamaWeights.Embedding);
        register_parameter("embed_tokens", embedding);
        layers = [.. Enumerable.Range(0, config.Layers).Select(layer => new DecoderLayer(config, layer, Make))];
        for (int layer = 0; layer < layers.Length; layer++) register_module($"layer{layer}", layers[layer]);
        finalNorm = Make(LlamaWeights.FinalNorm);
        register_parameter("norm", finalNorm);
        unembedding = embedding;
        if (!config.TieWordEmbeddings)
        {
            unembedding = Make(LlamaWeights.Unembedding);
            register_parameter("lm_head", unembedding);
        }

        Parameter Make(string name)
        {
            long[] shape = shapes[name];
            Parameter parameter = new(torch.tensor(data(name, shape), shape));
            named.Add((name, shape, parameter));
            return parameter;
        }
    }

    public LlamaConfig Config { get; }

    public ITokenizer Tokenizer { get; }

    /// <summary>The number of trained numbers; a tied embedding counts once.</summary>
    public long ParameterCount => named.Sum(p => p.Shape.Aggregate(1L, (product, dimension) => product * dimension));

    /// <summary>
    /// Loads a Hugging Face folder (config.json, model.safetensors, tokenizer.json), a llama2.c file (.bin, its tokenizer
    /// beside it), or a folder with one such file. Throws <see cref="RaspException"/> that says which file is missing or
    /// damaged and what to do.
    /// </summary>
    public static LanguageModel Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        (LlamaConfig config, LlamaWeights weights, ITokenizer tokenizer) = Read(path);
        return new LanguageModel(config, tokenizer, (name, _) => weights[name]);
    }

    /// <summary>
    /// An untrained model: norms at 1, matrices normal with deviation 0.02, divided by √(2·layers) where they write to the
    /// residual stream (Radford et al. 2019). Equal seeds give equal models.
    /// </summary>
    public static LanguageModel Create(LlamaConfig config, ITokenizer tokenizer, int seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        NormalNumbers normal = new(seed);
        return new LanguageModel(config.Checked("the options"), tokenizer, (name, shape) =>
        {
            float[] data = new float[shape.Aggregate(1L, (product, dimension) => product * dimension)];
            if (shape.Length == 1) Array.Fill(data, 1f);
            else normal.Fill(data, name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal)
                ? 0.02 / Math.Sqrt(2 * config.Layers)
                : 0.02);
            return data;
        });
    }

    /// <summary>An independent copy with the same weights.</summary>
    public LanguageModel Clone()
    {
        Dictionary<string, float[]> tensors = Tensors().ToDictionary(t => t.Name, t => t.Data, StringComparer.Ordinal);
        return new LanguageModel(Config, Tokenizer, (name, _) => tensors[name]);
    }

    /// <summary>Writes config.json, model.safetensors and tokenizer files; other files in the folder stay.</summary>
    public void Save(string folder)
    {
        if (Tokenizer is not BytePairTokenizer tokenizer) throw new NotSupportedException($"A {Tokenizer.GetType().Name} cannot be written as tokenizer.json.");
        HuggingFaceFolder.Write(folder, Config, Tensors(), tokenizer);
    }

    /// <summary>Logits, [B, T, V].</summary>
    /// <param name="ids">int64 [B, T].</param>
    /// <param name="positions">int64 [B, T], increasing along T and not necessarily without gaps; null for 0 … T − 1.</param>
    /// <param name="hook">Sees, and may replace, the residual stream at every <see cref="HookPoint"/>.</param>
    public Tensor forward(Tensor ids, Tensor? positions = null, ResidualHook? hook = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Run(ids, positions, hook, cache: null);
    }

    /// <summary><see cref="forward"/> for the tokens after those in the cache: any number of tokens first, then one at a time.</summary>
    internal Tensor Run(Tensor ids, Tensor? positions, ResidualHook? hook, KeyValueCache? cache)
    {
        (long batch, long length) = (ids.shape[0], ids.shape[1]);
        long start = cache?.Length ?? 0;
        if (start > 0 && length != 1) throw new ArgumentException("After the first pass a cache takes one token at a time.", nameof(ids));
        RotaryPositions rotary = new(positions ?? arange(start, start + length, ScalarType.Int64).to(ids.device).unsqueeze(0), Config);
        ResidualHook passing = hook ?? ((_, residual) => residual);

        Tensor x = embedding.index_select(0, ids.reshape(batch * length)).view(batch, length, Config.HiddenSize);
        foreach (DecoderLayer layer in layers) x = layer.forward(x, rotary, cache, passing);
        cache?.Advance(length);
        return functional.linear(DecoderLayer.RmsNorm(x, finalNorm, Config.RmsNormEps), unembedding);
    }

    private static (LlamaConfig Config, LlamaWeights Weights, ITokenizer Tokenizer) Read(string path)
    {
        if (File.Exists(path)) return LlamaCheckpoint.Read(path);
        if (!Directory.Exists(path)) throw new RaspException($"There is no model '{path}'. Give a Hugging Face folder or a llama2.c .bin file.");
        if (File.Exists(Path.Combine(path, HuggingFaceFolder.ConfigFile))) return HuggingFaceFolder.Read(path);
        return LlamaCheckpoint.ModelFiles(path) switch
        {
            [string only] => LlamaCheckpoint.Read(only),
            [] => throw new RaspException($"The folder '{path}' has neither a {HuggingFaceFolder.ConfigFile} nor a llama2.c .bin file. Give a model folder."),
            string[] several => throw new RaspException($"The folder '{path}' has {several.Length} .bin files. Name the one to load."),
        };
    }

    private IEnumerable<(string Name, long[] Shape, float[] Data)> Tensors()
    {
        foreach ((string name, long[] shape, Parameter value) in named)
        {
            using Tensor held = value.detach().cpu();
            yield return (name, shape, held.data<float>().ToArray());
        }
    }
}
