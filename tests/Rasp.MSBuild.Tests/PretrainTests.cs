using System.Text.Json;
using Rasp.Runtime.LanguageModels;

namespace Rasp.MSBuild.Tests;

public sealed class PretrainTests
{
    [Fact]
    public async Task A_run_writes_a_model_that_loads_and_reports_its_loss_and_the_5_gram_models()
    {
        using TemporaryFolder folder = new();
        string text = folder.Write("text.txt", Text(lines: 9000));

        RaspCommand run = await RaspCommand.Run(
            "pretrain", "--text", text, "-o", folder["model"], "--steps", "2", "--layers", "1", "--d-model", "16", "--heads", "2", "--kv-heads", "1",
            "--d-ff", "16", "--context", "32", "--batch", "2", "--evaluate-every", "2", "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("step 1/2, loss ", run.ErrorLines[0], StringComparison.Ordinal);
        Assert.StartsWith("step 2/2, loss ", run.ErrorLines[^1], StringComparison.Ordinal);
        JsonElement report = JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement;
        Assert.True(report.GetProperty("finished").GetBoolean());
        // Two steps from random weights: near the uniform guess over 97 tokens, ln 97 = 4.57; the text is a few words long.
        Assert.InRange(report.GetProperty("heldOutLoss").GetDouble(), 3, 5);
        Assert.InRange(report.GetProperty("ngramLoss").GetDouble(), 0, 1.5);
        using LanguageModel model = LanguageModel.Load(folder["model"]);
        Assert.Equal(report.GetProperty("parameters").GetInt64(), model.ParameterCount);
    }

    [Fact]
    public async Task Wrong_input_is_one_line()
    {
        using TemporaryFolder folder = new();
        RaspCommand run = await RaspCommand.Run("pretrain", "--text", folder["none.txt"], "-o", folder["model"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(folder["none.txt"], Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["model"]));

        await RaspCommand.Fails("rasp : error : Option '--text' is required; see 'rasp pretrain --help'", "pretrain", "-o", "model");
    }

    private static string Text(int lines)
    {
        Random random = new(1);
        string[] words = ["the", "cat", "sat", "on", "a", "mat", "and", "ran"];
        return string.Concat(Enumerable.Range(0, lines).Select(i => string.Join(' ', Enumerable.Range(0, 12).Select(_ => words[random.Next(words.Length)])) + (i % 20 == 0 ? "\n\n" : "\n")));
    }
}
