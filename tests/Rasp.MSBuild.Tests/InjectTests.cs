using System.Text.Json;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Tokenizers;

namespace Rasp.MSBuild.Tests;

public sealed class InjectTests
{
    private static readonly string[] Program =
        [Path.Combine(AppContext.BaseDirectory, "programs", "shuffle_dyck.rasp"), "--vocab", "()[]:", "--max-length", "21", "--causal"];

    [Fact]
    public async Task A_few_steps_write_a_model_and_print_a_report_with_every_variable()
    {
        using TemporaryFolder folder = new();
        SaveModel(folder["model"]);

        RaspCommand run = await RaspCommand.Run(
            ["inject", .. Program, "--model", folder["model"], "--short", "--steps", "2", "--longest", "10", "-o", folder["injected"], "--json"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(run.ErrorLines, l => l.StartsWith("injection 2/2", StringComparison.Ordinal));
        JsonElement report = JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement;
        Assert.Equal("shuffle_dyck", report.GetProperty("export").GetString());
        Assert.Contains("shuffle_dyck", report.GetProperty("variables").EnumerateArray().Select(v => v.GetProperty("name").GetString()));
        using LanguageModel injected = LanguageModel.Load(folder["injected"]);
        Assert.True(File.Exists(folder["injected/injection.json"]));
    }

    [Fact]
    public async Task A_model_folder_that_cannot_be_used_is_one_line_that_names_the_file()
    {
        using TemporaryFolder folder = new();
        await Fails("model", () => { });

        SaveModel(folder["model"]);
        string weights = folder["model/model.safetensors"];
        byte[] bytes = File.ReadAllBytes(weights);
        await Fails("model.safetensors", () => File.WriteAllBytes(weights, bytes[..(bytes.Length / 2)]));
        await Fails("model.safetensors", () => File.WriteAllBytes(weights, bytes[..5]));
        File.WriteAllBytes(weights, bytes);
        await Fails("tokenizer.json", () => File.Delete(folder["model/tokenizer.json"]));

        async Task Fails(string named, Action damage)
        {
            damage();
            RaspCommand run = await RaspCommand.Run(["inject", .. Program, "--model", folder["model"], "-o", folder["injected"]]);
            Assert.Equal(1, run.ExitCode);
            Assert.StartsWith("rasp : error : ", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
            Assert.Contains(named, run.ErrorLines[0], StringComparison.Ordinal);
            Assert.False(Directory.Exists(folder["injected"]));
        }
    }

    [Fact]
    public async Task A_program_that_does_not_fit_the_task_is_one_line()
    {
        using TemporaryFolder folder = new();
        SaveModel(folder["model"]);

        RaspCommand run = await RaspCommand.Run(["inject", .. Program[..3], "--max-length", "5", "--causal", "--model", folder["model"], "--longest", "10"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.ErrorLines, l => l.Contains("error", StringComparison.Ordinal));

        string source = folder.Write("bad.rasp", "x = tokns;\n");
        await RaspCommand.Fails(
            $"{source}(1,5,1,10): error RASP0030: 'tokns' is not defined; did you mean 'tokens'?", "inject", source, "--model", folder["model"]);
        await RaspCommand.Fails(
            "rasp : error : --pairs needs an opening and a closing character for each kind of bracket, such as ()[], not '([)'; see 'rasp inject --help'",
            "inject", source, "--model", folder["model"], "--pairs", "([)");
    }

    private static void SaveModel(string folder)
    {
        BytePairTokenizer tokenizer = BytePairTokenizer.PrintableAscii;
        LlamaConfig config = new()
        {
            VocabularySize = tokenizer.VocabularySize,
            HiddenSize = 32,
            IntermediateSize = 32,
            Layers = 5,
            Heads = 2,
            KeyValueHeads = 2,
            MaxPositions = 64,
            Bos = tokenizer.Bos,
            Eos = tokenizer.Eos,
        };
        using LanguageModel model = LanguageModel.Create(config, tokenizer, seed: 1);
        model.Save(folder);
    }
}
