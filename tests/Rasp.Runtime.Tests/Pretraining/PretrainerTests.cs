using Rasp.Format;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Pretraining;

namespace Rasp.Runtime.Tests.Pretraining;

public sealed class PretrainerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rasp-pretrain-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_run_learns_writes_a_model_and_reports_the_loss_it_has()
    {
        PretrainOptions options = Options("whole");
        Recorder progress = new();
        PretrainReport report = Pretrainer.Run(options, progress, TestContext.Current.CancellationToken);

        Assert.True(report.Finished);
        Assert.Equal(Enumerable.Range(1, options.Steps), progress.Seen.Select(p => p.Step));
        Assert.Equal(TimeSpan.Zero, progress.Seen[^1].Remaining);
        // Untrained, every one of 97 tokens is as likely: ln 97 = 4.57. The text repeats six words, so 40 steps must show.
        Assert.InRange(progress.Seen[0].TrainingLoss, Math.Log(97) - 0.2, Math.Log(97) + 0.2);
        Assert.True(report.HeldOutLoss < 3.2, $"held-out loss {report.HeldOutLoss}");

        using LanguageModel model = LanguageModel.Load(options.OutputDirectory);
        TrainingText text = TrainingText.Read(options.TextFiles, model.Tokenizer);
        double measured = HeldOutLoss.Measure(model, text.HeldOut, new HeldOutWindows(options.Context, model.Tokenizer.Bos), options.Context, TestContext.Current.CancellationToken);
        Assert.Equal(report.HeldOutLoss, measured);
        string heldOut = string.Concat(text.HeldOut.Single().ToArray().Select(model.Tokenizer.TokenText));
        Assert.Equal(heldOut, File.ReadAllText(Path.Combine(options.OutputDirectory, "heldout.txt")).TrimEnd('\n'));
        Assert.Single(Directory.GetDirectories(folder));
    }

    [Fact]
    public void A_cancelled_run_goes_on_where_it_stopped()
    {
        PretrainOptions options = Options("parts");
        using CancellationTokenSource source = new();
        PretrainReport stopped = Pretrainer.Run(options, new CancelAt(source, 25), source.Token);
        Assert.False(stopped.Finished);
        Assert.Equal(25, stopped.Step);
        Assert.Equal(20, stopped.BestStep);
        Assert.Contains("other options", Assert.Throws<RaspException>(() =>
            Pretrainer.Run(options with { Resume = true, LearningRate = 2e-2 }, null, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);

        Recorder progress = new();
        PretrainReport resumed = Pretrainer.Run(options with { Resume = true }, progress, TestContext.Current.CancellationToken);
        Assert.True(resumed.Finished);
        Assert.Equal(Enumerable.Range(26, 15), progress.Seen.Select(p => p.Step));
        Assert.True(resumed.HeldOutLoss < stopped.HeldOutLoss, $"{resumed.HeldOutLoss} after {stopped.HeldOutLoss}");
        Assert.Single(Directory.GetDirectories(folder));

        // Weights, moments, rates and batches are those of a run that never stopped.
        PretrainOptions whole = Options("never stopped");
        Pretrainer.Run(whole, null, TestContext.Current.CancellationToken);
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole.OutputDirectory, "model.safetensors")), File.ReadAllBytes(Path.Combine(options.OutputDirectory, "model.safetensors")));
    }

    [Fact]
    public void A_checkpoint_without_a_whole_optimizer_is_refused()
    {
        PretrainOptions options = Options("damaged");
        using CancellationTokenSource source = new();
        Pretrainer.Run(options, new CancelAt(source, 5), source.Token);
        string path = Path.Combine(options.OutputDirectory + ".checkpoint", "optimizer.bin");
        byte[] content = File.ReadAllBytes(path);
        foreach (byte[]? damaged in (byte[]?[])[content[..(content.Length / 2)], [5, .. "AdamX"u8], [], null])
        {
            if (damaged is null) File.Delete(path);
            else File.WriteAllBytes(path, damaged);
            RaspException error = Assert.Throws<RaspException>(() => Pretrainer.Run(options with { Resume = true }, null, TestContext.Current.CancellationToken));
            Assert.Contains("optimizer.bin", error.Message, StringComparison.Ordinal);
            Assert.Contains("start anew", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Equal_seeds_give_equal_weights()
    {
        byte[] Weights(string name, int seed)
        {
            PretrainOptions options = Options(name) with { Steps = 5, Seed = seed };
            Pretrainer.Run(options, null, TestContext.Current.CancellationToken);
            return File.ReadAllBytes(Path.Combine(options.OutputDirectory, "model.safetensors"));
        }

        byte[] first = Weights("first", 1);
        Assert.Equal(first, Weights("again", 1));
        Assert.NotEqual(first, Weights("other", 2));
    }

    [Fact]
    public void Options_that_cannot_work_are_refused()
    {
        PretrainOptions options = Options("never");
        foreach (PretrainOptions wrong in (PretrainOptions[])[options with { Heads = 3 }, options with { Steps = 0 }, options with { LearningRate = 0 }, options with { TextFiles = [] }, options with { Context = 4 }])
            Assert.Throws<RaspException>(() => Pretrainer.Run(wrong, null, TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(options.OutputDirectory));
    }

    private PretrainOptions Options(string name)
    {
        string path = Path.Combine(folder, "text.txt");
        string[] words = ["alpha", "beta", "gamma", "delta", "omega", "pi"];
        Random random = new(1);
        if (!File.Exists(path)) File.WriteAllText(path, string.Join(' ', Enumerable.Range(0, 70_000).Select(_ => words[random.Next(words.Length)])));
        return new PretrainOptions
        {
            TextFiles = [path], OutputDirectory = Path.Combine(folder, name), Layers = 1, DModel = 16, Heads = 2, KeyValueHeads = 1, DFf = 24,
            Context = 32, Batch = 4, Steps = 40, LearningRate = 1e-2, EvaluateEvery = 20,
        };
    }

    private sealed class Recorder : IProgress<PretrainProgress>
    {
        public List<PretrainProgress> Seen { get; } = [];

        public void Report(PretrainProgress value) => Seen.Add(value);
    }

    private sealed class CancelAt(CancellationTokenSource source, int step) : IProgress<PretrainProgress>
    {
        public void Report(PretrainProgress value)
        {
            if (value.Step == step) source.Cancel();
        }
    }
}
