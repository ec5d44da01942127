using System.Runtime.CompilerServices;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Pretraining;

namespace Rasp.Runtime.Tests.Models;

public sealed class BundledModelTests
{
    private const int Context = 256;

    // The 5-gram model's loss on the whole held-out text, from the model's README.
    private const double NgramLoss = 1.3326;

    [Fact]
    public void The_bundled_model_is_small_and_beats_the_5gram_on_held_out_text()
    {
        string folder = Folder();
        Assert.True(Directory.GetFiles(folder).Sum(file => new FileInfo(file).Length) <= 4_000_000);
        using LanguageModel model = LanguageModel.Load(folder);
        Assert.InRange(model.ParameterCount, 500_000, 1_000_000);
        Assert.True(model.Config.Layers >= 5);
        Assert.Equal(97, model.Tokenizer.VocabularySize);

        // 32 KiB spread over the extract; the documents are framed as in training.
        string[] documents = File.ReadAllText(Path.Combine(folder, "heldout.txt")).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        int[] tokens = [.. documents.SelectMany(d => (long[])[.. model.Tokenizer.Encode(d.Trim('\n'), bos: true), model.Tokenizer.Eos]).Select(id => (int)id)];
        ReadOnlyMemory<int>[] windows = [.. Enumerable.Range(0, tokens.Length / Context).Where(i => i % 2 == 0).Select(i => tokens.AsMemory(i * Context, Context))];
        double loss = HeldOutLoss.Measure(model, windows, new HeldOutWindows(Context, model.Tokenizer.Bos), Context, TestContext.Current.CancellationToken);
        Assert.True(loss < NgramLoss - 0.05, $"The loss is {loss} nats per character; the 5-gram's is {NgramLoss}.");
    }

    private static string Folder([CallerFilePath] string source = "")
    {
        for (string? folder = Path.GetDirectoryName(source); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string models = Path.Combine(folder, "examples", "models", "kjv-jargon");
            if (Directory.Exists(models)) return models;
        }

        throw new DirectoryNotFoundException("examples/models/kjv-jargon");
    }
}
