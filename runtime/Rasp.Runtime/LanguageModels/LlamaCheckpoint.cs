using System.Buffers.Binary;
using Rasp.Format;
using Rasp.Runtime.Tokenizers;

namespace Rasp.Runtime.LanguageModels;

/// <summary>
/// llama2.c's first file format: seven int32 (dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len; a
/// positive vocab_size says that the embedding is tied), then float32 tensors, each kind for all layers in turn, then
/// rotary tables (not needed here), then the output matrix where it is not tied.
/// </summary>
internal static class LlamaCheckpoint
{
    private const int HeaderBytes = 7 * sizeof(int);

    public static (LlamaConfig Config, LlamaWeights Weights, ITokenizer Tokenizer) Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"The model '{path}' cannot be read: {e.Message}", e);
        }

        LlamaConfig config = ReadConfig(path, content);
        long expected = HeaderBytes + sizeof(float) * (LlamaWeights.Shapes(config).Sum(t => Product(t.Shape)) + (long)config.MaxPositions * config.HeadSize);
        if (content.LongLength != expected)
            throw Damaged(path, $"its header asks for {expected} bytes, but it has {content.LongLength}");
        BytePairTokenizer tokenizer = ReadTokenizer(path, config);
        return (config with { Bos = tokenizer.Bos, Eos = tokenizer.Eos }, ReadWeights(path, content, config), tokenizer);
    }

    private static RaspException Damaged(string path, string what) =>
        new($"'{path}' is not a whole llama2.c model: {what}. Copy or download the file again.");

    private static long Product(long[] shape) => shape.Aggregate(1L, (product, dimension) => product * dimension);

    private static LlamaConfig ReadConfig(string path, byte[] content)
    {
        if (content.Length < HeaderBytes) throw Damaged(path, $"it has {content.Length} bytes, fewer than a header");
        int[] header = new int[7];
        for (int i = 0; i < header.Length; i++) header[i] = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(i * sizeof(int)));
        const int Largest = 1 << 24;
        if (header.Any(size => Math.Abs((long)size) > Largest)) throw Damaged(path, $"its header is [{string.Join(", ", header)}]");
        return new LlamaConfig
        {
            HiddenSize = header[0],
            IntermediateSize = header[1],
            Layers = header[2],
            Heads = header[3],
            KeyValueHeads = header[4],
            VocabularySize = Math.Abs(header[5]),
            MaxPositions = header[6],
            TieWordEmbeddings = header[5] > 0,
        }.Checked(path);
    }

    private static LlamaWeights ReadWeights(string path, byte[] content, LlamaConfig config)
    {
        Dictionary<string, float[]> tensors = new(StringComparer.Ordinal);
        Dictionary<string, long[]> shapes = LlamaWeights.Shapes(config).ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        int position = HeaderBytes;

        void Next(string name)
        {
            float[] data = new float[Product(shapes[name])];
            for (int i = 0; i < data.Length; i++, position += sizeof(float)) data[i] = BinaryPrimitives.ReadSingleLittleEndian(content.AsSpan(position));
            tensors[name] = data;
        }

        void Layers(string part)
        {
            for (int layer = 0; layer < config.Layers; layer++) Next(LlamaWeights.InLayer(layer, part));
        }

        Next(LlamaWeights.Embedding);
        string[] parts =
        [
            "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
            "post_attention_layernorm", "mlp.gate_proj", "mlp.down_proj", "mlp.up_proj",
        ];
        foreach (string part in parts) Layers(part);
        Next(LlamaWeights.FinalNorm);
        position += config.MaxPositions * config.HeadSize * sizeof(float);
        if (!config.TieWordEmbeddings) Next(LlamaWeights.Unembedding);

        for (int layer = 0; layer < config.Layers; layer++)
        {
            foreach (string part in (string[])["self_attn.q_proj", "self_attn.k_proj"])
            {
                string name = LlamaWeights.InLayer(layer, part);
                tensors[name] = HalvesFromPairs(tensors[name], config.HiddenSize, config.HeadSize);
            }
        }

        return new LlamaWeights(path, tensors);
    }

    /// <summary>
    /// llama2.c rotates the neighbours (2i, 2i + 1) of a head by angle p·θ^(−2i/h); Hugging Face rotates (i, i + h/2) by
    /// the same angle. Queries and keys only meet in a dot product, so both heads may be permuted alike:
    ///   row 2i     of a head → row i
    ///   row 2i + 1 of a head → row i + h/2
    /// </summary>
    private static float[] HalvesFromPairs(float[] weights, int inputs, int headSize)
    {
        float[] result = new float[weights.Length];
        for (int row = 0; row < weights.Length / inputs; row++)
        {
            int inHead = row % headSize;
            int target = row - inHead + inHead / 2 + (inHead % 2) * (headSize / 2);
            weights.AsSpan(row * inputs, inputs).CopyTo(result.AsSpan(target * inputs));
        }

        return result;
    }

    private static BytePairTokenizer ReadTokenizer(string path, LlamaConfig config)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".";
        string? file = TokenizerFiles(folder).FirstOrDefault();
        if (file is null)
            throw new RaspException($"The model '{path}' has no tokenizer beside it. Put its tokenizer (tok*.bin, *.vocab or *.model) into the same folder.");
        BytePairTokenizer tokenizer = LlamaTokenizerFile.Read(file);
        return tokenizer.VocabularySize == config.VocabularySize
            ? tokenizer
            : throw new RaspException($"The tokenizer '{file}' has {tokenizer.VocabularySize} tokens, but the model '{path}' has {config.VocabularySize}. Put the model's own tokenizer there.");
    }

    /// <summary>The model files of a folder: every .bin that is not a tokenizer.</summary>
    internal static string[] ModelFiles(string folder) =>
        [.. Directory.GetFiles(folder, "*.bin").Where(file => !IsTokenizer(file)).Order(StringComparer.Ordinal)];

    private static bool IsTokenizer(string file) => Path.GetFileName(file).StartsWith("tok", StringComparison.Ordinal);

    private static IEnumerable<string> TokenizerFiles(string folder) =>
        Directory.GetFiles(folder, "*.bin").Where(IsTokenizer).Order(StringComparer.Ordinal)
            .Concat(Directory.GetFiles(folder, "*.vocab").Order(StringComparer.Ordinal))
            .Concat(Directory.GetFiles(folder, "*.model").Order(StringComparer.Ordinal));
}
