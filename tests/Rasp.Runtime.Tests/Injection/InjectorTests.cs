using System.Text.Json;
using Rasp.Format;
using Rasp.Runtime.Injection;
using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Tokenizers;
using Rasp.Testing;

namespace Rasp.Runtime.Tests.Injection;

/// <summary>The whole road on an untrained model of a few thousand parameters, in seconds.</summary>
public sealed class InjectorTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("injection").FullName;

    private static readonly InjectionTask Task = new()
    {
        Name = "any a",
        Suffix = ":",
        Answers = [new(Value.True, "Y"), new(Value.False, "N")],
        Lengths = [6, 7, 8],
        Generate = Draw,
        EvaluationSets = [new("same lengths", true, [7, 8], 40, Draw), new("longer", false, [11], 40, Draw)],
    };

    private InjectionOptions Options => new()
    {
        Steps = 200,
        WarmUpSteps = 10,
        FirstExchange = 40,
        TracedBatches = 12,
        TextBatches = 2,
        TextBatch = 2,
        TextWindow = 16,
        LearningRate = 3e-3,
        HeadLearningRate = 3e-3,
        DecodingInputs = 100,
        Counterfactuals = 30,
        HeldOutTokens = 64,
        Output = Path.Combine(folder, "out"),
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_injection_teaches_the_task_and_writes_a_model_its_heads_and_the_report()
    {
        using LanguageModel model = Model();
        List<InjectionProgress> seen = [];
        InjectionReport report = Injector.Run(TinyPrograms.AnyA(), model, Task, Options, new Listener(seen.Add), TestContext.Current.CancellationToken);

        SetReport known = report.Sets[0];
        Assert.True(known.Before.Accuracy < 0.2, $"before {known.Before.Accuracy}");
        Assert.True(known.After.Accuracy > 0.9, report.ToTable());
        VariableReport flag = report.Variables.Single(v => v.Name == "any_a");
        Assert.True(flag.Decoding?.Accuracy > 0.9, report.ToTable());
        Snapshot.Match(report.ToSnapshot());
        Assert.Contains(seen, p => p.Stage == "injection" && p.Done == 200 && p.Detail.Contains("exchange", StringComparison.Ordinal));

        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "out", "injection.json")));
        Assert.Equal(2, json.RootElement.GetProperty("sets").GetArrayLength());
        Assert.Equal(report.Variables.Length, json.RootElement.GetProperty("variables").GetArrayLength());
        using SafetensorsFile heads = SafetensorsFile.Open(Path.Combine(folder, "out", "heads.safetensors"));
        Assert.Contains("any_a.weight", heads.Tensors.Keys);
        using LanguageModel written = LanguageModel.Load(Path.Combine(folder, "out"));
        Assert.Equal(model.ParameterCount, written.ParameterCount);
    }

    [Fact]
    public void Equal_seeds_give_equal_reports()
    {
        using LanguageModel model = Model();
        InjectionOptions options = Options with { Steps = 12, FirstExchange = 4, Output = null };
        string once = Injector.Run(TinyPrograms.AnyA(), model, Task, options, cancellation: TestContext.Current.CancellationToken).ToJson();
        Assert.Equal(once, Injector.Run(TinyPrograms.AnyA(), model, Task, options, cancellation: TestContext.Current.CancellationToken).ToJson());
    }

    [Fact]
    public void Cancelling_stops_the_run_and_leaves_no_file()
    {
        using LanguageModel model = Model();
        using CancellationTokenSource source = new();
        Listener listener = new(p =>
        {
            if (p.Stage == "injection") source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => Injector.Run(TinyPrograms.AnyA(), model, Task, Options with { Steps = 20 }, listener, source.Token));
        Assert.False(Directory.Exists(Path.Combine(folder, "out")));
    }

    [Fact]
    public void A_program_for_both_directions_is_an_error()
    {
        CompiledModel program = TinyPrograms.Compile("any_a = aggregate(select(tokens, tokens, ==), indicator(tokens == \"a\")) > 0;", "any_a", "ab:", 8, causal: false);
        using LanguageModel model = Model();
        Assert.Contains("--causal", Assert.Throws<RaspException>(() => Injector.Run(program, model, Task, Options, cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_text_is_an_error_that_names_it()
    {
        using LanguageModel model = Model();
        InjectionOptions options = Options with { Text = Path.Combine(folder, "absent.txt") };
        Assert.Contains("absent.txt", Assert.Throws<RaspException>(() => Injector.Run(TinyPrograms.AnyA(), model, Task, options, cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    private static LanguageModel Model() => LanguageModel.Create(
        new LlamaConfig { VocabularySize = BytePairTokenizer.PrintableAscii.VocabularySize, HiddenSize = 32, IntermediateSize = 64, Layers = 3, Heads = 2, KeyValueHeads = 1, MaxPositions = 32 },
        BytePairTokenizer.PrintableAscii, seed: 1);

    private static string Draw(Random random, int length) => new([.. Enumerable.Range(0, length).Select(_ => "abbccc"[random.Next(6)])]);

    private sealed class Listener(Action<InjectionProgress> report) : IProgress<InjectionProgress>
    {
        public void Report(InjectionProgress value) => report(value);
    }
}
