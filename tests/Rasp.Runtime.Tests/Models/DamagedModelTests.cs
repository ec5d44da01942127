using Rasp.Format;
using Rasp.Runtime.LanguageModels;

namespace Rasp.Runtime.Tests.Models;

public sealed class DamagedModelTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rasp-damaged-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    public void A_missing_file_of_the_folder_is_named(string file)
    {
        SaveSmall();
        File.Delete(Path.Combine(folder, file));
        string message = Refused(folder);
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Contains(folder, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_weights_file_is_refused()
    {
        SaveSmall();
        string path = Path.Combine(folder, "model.safetensors");
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^100]);
        Assert.Contains(path, Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_is_missing_or_has_another_shape_is_named()
    {
        SaveSmall();
        string path = Path.Combine(folder, "model.safetensors");
        List<(string Name, long[] Shape, float[] Data)> tensors;
        using (SafetensorsFile file = SafetensorsFile.Open(path)) tensors = [.. file.Tensors.Values.Select(t => (t.Name, t.Shape.ToArray(), file.ReadSingle(t.Name)))];
        const string Name = "model.layers.1.mlp.up_proj.weight";

        SafetensorsWriter.Write(path, tensors.Where(t => t.Name != Name));
        Assert.Contains($"no tensor '{Name}'", Refused(folder), StringComparison.Ordinal);

        SafetensorsWriter.Write(path, tensors.Select(t => t.Name == Name ? (t.Name, t.Shape.Reverse().ToArray(), t.Data) : t));
        Assert.Contains($"'{Name}' has shape [16, 24]", Refused(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"model_type\": \"llama\"", "\"model_type\": \"mamba\"", "mamba")]
    [InlineData("\"hidden_size\": 16", "\"hidden_size\": 18", "do not fit together")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "do not fit together")]
    [InlineData("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", "gelu")]
    [InlineData("\"attention_bias\": false", "\"attention_bias\": true", "attention_bias")]
    [InlineData("\"hidden_size\": 16,", "", "'hidden_size'")]
    [InlineData("\"hidden_size\": 16", "\"hidden_size\": \"x\"", "wrong kind")]
    [InlineData("\"vocab_size\": 97", "\"vocab_size\": 96", "97 tokens")]
    [InlineData("{", "", "not valid JSON")]
    public void A_wrong_config_is_refused_with_its_reason(string before, string after, string reason)
    {
        SaveSmall();
        string path = Path.Combine(folder, "config.json");
        string config = File.ReadAllText(path);
        Assert.Contains(before, config, StringComparison.Ordinal);
        File.WriteAllText(path, config.Replace(before, after, StringComparison.Ordinal));
        Assert.Contains(reason, Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_or_folder_without_a_model_is_refused()
    {
        Assert.Contains("There is no model", Refused(Path.Combine(folder, "none")), StringComparison.Ordinal);
        Assert.Contains("neither", Refused(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(27)]
    [InlineData(500)]
    public void A_truncated_llama2c_file_is_refused(int bytes)
    {
        string path = Path.Combine(folder, "model.bin");
        File.WriteAllBytes(path, LlamaFile()[..bytes]);
        string message = Refused(path);
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("not a whole llama2.c model", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_llama2c_file_without_its_tokenizer_is_refused()
    {
        string path = Path.Combine(folder, "model.bin");
        File.WriteAllBytes(path, LlamaFile());
        Assert.Contains("no tokenizer beside it", Refused(path), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "tok.vocab"), "<unk>\t0\n<s>\t0\n</s>\t0\na\t0\n");
        Assert.Contains("4 tokens", Refused(path), StringComparison.Ordinal);
        File.AppendAllText(Path.Combine(folder, "tok.vocab"), "b\t-1\n");
        using LanguageModel model = LanguageModel.Load(folder);
        Assert.Equal(5, model.Config.VocabularySize);
    }

    /// <summary>dim 4, hidden 6, one layer, two heads, one key/value head, five tokens, context 8; all weights 0.25.</summary>
    private static byte[] LlamaFile()
    {
        int weights = 5 * 4 + 4 + 16 + 8 + 8 + 16 + 4 + 24 + 24 + 24 + 4 + 8 * 2;
        return [.. ((int[])[4, 6, 1, 2, 1, 5, 8]).SelectMany(BitConverter.GetBytes), .. Enumerable.Repeat(0.25f, weights).SelectMany(BitConverter.GetBytes)];
    }

    private static string Refused(string path) => Assert.Throws<RaspException>(() => LanguageModel.Load(path).Dispose()).Message;

    private void SaveSmall()
    {
        using LanguageModel model = LanguageModelTests.Small();
        model.Save(folder);
    }
}
