using System.Text;
using System.Text.Json.Nodes;
using Rasp.Format;
using Rasp.Runtime.Tokenizers;

namespace Rasp.Runtime.LanguageModels;

/// <summary>A model as Hugging Face stores it: config.json, model.safetensors, tokenizer.json.</summary>
internal static class HuggingFaceFolder
{
    public const string ConfigFile = "config.json";
    private const string WeightsFile = "model.safetensors";
    private const string TokenizerFile = "tokenizer.json";
    private const string TokenizerConfigFile = "tokenizer_config.json";

    public static (LlamaConfig Config, LlamaWeights Weights, ITokenizer Tokenizer) Read(string folder)
    {
        foreach (string file in (string[])[ConfigFile, WeightsFile, TokenizerFile])
            if (!File.Exists(Path.Combine(folder, file)))
                throw new RaspException($"The model folder '{folder}' has no {file}. Put the model's {ConfigFile}, {WeightsFile} and {TokenizerFile} there.");

        LlamaConfig config = LlamaConfig.Read(Path.Combine(folder, ConfigFile));
        string tokenizerPath = Path.Combine(folder, TokenizerFile);
        BytePairTokenizer tokenizer = TokenizerJson.Read(tokenizerPath, config.Bos, config.Eos);
        if (tokenizer.VocabularySize > config.VocabularySize)
            throw new RaspException($"The tokenizer '{tokenizerPath}' has {tokenizer.VocabularySize} tokens, but the model has {config.VocabularySize}. Put the model's own tokenizer there.");
        return (config, ReadWeights(Path.Combine(folder, WeightsFile), config), tokenizer);
    }

    /// <summary>Writes the folder under a temporary name and moves it into place, replacing what was there.</summary>
    public static void Write(
        string folder, LlamaConfig config, IEnumerable<(string Name, long[] Shape, float[] Data)> tensors, BytePairTokenizer tokenizer)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            config.Write(Path.Combine(temporary, ConfigFile));
            // Hugging Face's loaders ask for the "format" entry.
            SafetensorsWriter.Write(Path.Combine(temporary, WeightsFile), tensors, new Dictionary<string, string> { ["format"] = "pt" });
            TokenizerJson.Write(Path.Combine(temporary, TokenizerFile), tokenizer);
            WriteTokenizerConfig(Path.Combine(temporary, TokenizerConfigFile), config, tokenizer);
            Directory.CreateDirectory(target);
            foreach (string file in Directory.GetFiles(temporary).Order(StringComparer.Ordinal))
                File.Move(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RaspException($"The model folder '{folder}' cannot be written: {e.Message} Check the folder's permissions and the free space.", e);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    private static LlamaWeights ReadWeights(string path, LlamaConfig config)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<string, float[]> tensors = new(StringComparer.Ordinal);
        foreach ((string name, long[] shape) in LlamaWeights.Shapes(config))
        {
            if (!file.Tensors.TryGetValue(name, out SafetensorInfo? info))
                throw new RaspException($"'{path}' has no tensor '{name}', which {ConfigFile} asks for. Use the weights that belong to it.");
            if (!info.Shape.SequenceEqual(shape))
                throw new RaspException($"'{path}': tensor '{name}' has shape [{string.Join(", ", info.Shape)}], but {ConfigFile} asks for [{string.Join(", ", shape)}]. Use the weights that belong to it.");
            tensors[name] = file.ReadSingle(name);
        }

        return new LlamaWeights(path, tensors);
    }

    private static void WriteTokenizerConfig(string path, LlamaConfig config, BytePairTokenizer tokenizer)
    {
        JsonObject root = new()
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["bos_token"] = tokenizer.Vocabulary[tokenizer.Bos],
            ["eos_token"] = tokenizer.Vocabulary[tokenizer.Eos],
            ["unk_token"] = tokenizer.Unknown is int unknown ? tokenizer.Vocabulary[unknown] : null,
            ["clean_up_tokenization_spaces"] = false,
            ["model_max_length"] = config.MaxPositions,
        };
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(root.ToJsonString(new() { WriteIndented = true, NewLine = "\n" }) + "\n"));
    }
}
