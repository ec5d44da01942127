using Rasp.Runtime.LanguageModels;
using Rasp.Runtime.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Rasp.Runtime.Tests.Models;

public sealed class LanguageModelTests : IDisposable
{
    // llama2.c's own program prints this for 200 steps at temperature 0 (the expected output of its argmax test).
    private const string ReferenceText =
        "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. "
        + "She wanted to play with it, but it was too high.\n"
        + "Lily's mom said, \"Lily, let's go to the park.\" Lily was sad and didn't know what to do. "
        + "She said, \"I want to play with your ball, but I can't find it.\"\n"
        + "Lily was sad and didn't know what to do. She said, \"I'm sorry, Lily. I didn't know what to do.\"\n"
        + "Lily didn't want to help her mom, so she";

    // Float32 against float64 through 5 layers: each of the about 60 roundings in a chain costs at most 2^-24 of a value, and
    // values and their sums stay below 100, so 60 * 100 * 2^-24 = 3.6e-4. Measured: 1.4e-5.
    private const double LogitBound = 5e-4;

    private readonly string folder = Directory.CreateTempSubdirectory("rasp-models-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Stories260K_writes_the_reference_text_token_for_token()
    {
        string path = SharedModels.Stories260K;
        using LanguageModel model = LanguageModel.Load(path);

        long[] tokens = model.Generate([model.Tokenizer.Bos], new GenerationOptions(200));

        ReferenceDecoder reference = new(path);
        List<long> expected = [1];
        for (int i = 0; i < 200; i++)
        {
            double[] logits = reference.Next(expected[^1], i);
            expected.Add(Array.IndexOf(logits, logits.Max()));
        }

        Assert.Equal(expected, tokens);
        Assert.Equal(ReferenceText, model.Tokenizer.Decode(tokens));
    }

    [Fact]
    public void Stories260K_logits_agree_with_a_plain_double_precision_pass() =>
        CompareWithReference(SharedModels.Stories260K, "Once upon a time, there was a dog.\n\"Woof!\" it said.");

    [Fact]
    public void BabyLlama_logits_agree_with_a_plain_double_precision_pass() =>
        CompareWithReference(SharedModels.BabyLlama, "Tom had a red ball. He gave it to Mia, and she was happy.");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_saved_model_loads_with_the_same_logits(bool tied)
    {
        using LanguageModel model = Small(tied);
        model.Save(folder);
        using LanguageModel loaded = LanguageModel.Load(folder);

        Assert.Equal(model.Config, loaded.Config);
        Assert.Equal(Logits(model, [[0, 35, 50, 7]]), Logits(loaded, [[0, 35, 50, 7]]));
        Assert.Equal(model.Tokenizer.Encode("Hello", bos: true), loaded.Tokenizer.Encode("Hello", bos: true));
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_llama2c_model_saved_as_a_hugging_face_folder_keeps_text_and_logits()
    {
        using LanguageModel model = LanguageModel.Load(SharedModels.Stories260K);
        model.Save(folder);
        using LanguageModel loaded = LanguageModel.Load(folder);
        long[] ids = model.Tokenizer.Encode("Lily saw a cat.\n", bos: true);
        Assert.Equal(ids, loaded.Tokenizer.Encode("Lily saw a cat.\n", bos: true));
        Assert.Equal(Logits(model, [ids]), Logits(loaded, [ids]));
    }

    [Fact]
    public void Hooks_see_the_residual_stream_in_order_and_replace_it()
    {
        using LanguageModel model = Small();
        List<HookPoint> seen = [];
        Dictionary<HookPoint, float[]> values = [];
        float[] plain = Logits(model, [[0, 5, 6]], (point, residual) =>
        {
            Assert.Equal([1L, 3, 16], residual.shape);
            seen.Add(point);
            values[point] = residual.contiguous().data<float>().ToArray();
            return residual;
        });

        ResidualSite[] sites = [ResidualSite.Pre, ResidualSite.Mid, ResidualSite.Post];
        Assert.Equal(Enumerable.Range(0, 2).SelectMany(layer => sites.Select(site => new HookPoint(layer, site))), seen);
        Assert.Equal(values[new HookPoint(0, ResidualSite.Post)], values[new HookPoint(1, ResidualSite.Pre)]);
        Assert.Equal(plain, Logits(model, [[0, 5, 6]]));

        // The state after layer 0 of one input, put into another, decides what follows.
        HookPoint patched = new(0, ResidualSite.Post);
        float[] swapped = Logits(model, [[0, 9, 80]], (point, residual) => point == patched ? tensor(values[patched], [1, 3, 16]) : residual);
        Assert.Equal(plain, swapped);
    }

    [Fact]
    public void Gradients_flow_through_hooks_into_every_parameter_before_them()
    {
        using LanguageModel model = Small();
        Tensor? middle = null;
        Tensor logits = model.forward(tensor([0L, 5, 6, 7], [1, 4]), hook: (point, residual) =>
        {
            if (point == new HookPoint(0, ResidualSite.Post)) middle = residual;
            return residual;
        });
        Assert.NotNull(middle);
        (logits.sum() + middle.sum()).backward();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in model.named_parameters())
        {
            Assert.False(parameter.grad is null, name);
            Assert.True(parameter.grad?.abs().sum().item<float>() > 0, name);
        }
    }

    [Fact]
    public void Later_tokens_do_not_change_earlier_logits()
    {
        using LanguageModel model = Small();
        float[] first = Logits(model, [[0, 5, 6, 7]]);
        float[] second = Logits(model, [[0, 5, 90, 3]]);
        Assert.Equal(first[..(2 * 97)], second[..(2 * 97)]);
        Assert.NotEqual(first[(2 * 97)..], second[(2 * 97)..]);
    }

    [Fact]
    public void Positions_matter_only_by_their_differences()
    {
        using LanguageModel model = Small(scale: 8);
        float[] standard = Logits(model, [[0, 5, 6, 7]]);
        float[] shifted = Logits(model, [[0, 5, 6, 7]], positions: [100, 101, 102, 103]);
        float[] gaps = Logits(model, [[0, 5, 6, 7]], positions: [0, 1, 9, 10]);

        // Angles of up to 103 radians are rounded to 2^-24 of themselves, 1.2e-5 in all heads together; logits stay below 10.
        Assert.True(Largest(standard, shifted) < 1e-3, $"shifted by {Largest(standard, shifted)}");
        Assert.Equal(standard[..(2 * 97)], gaps[..(2 * 97)]);
        Assert.True(Largest(standard, gaps) > 1e-2, $"gaps {Largest(standard, gaps)}");
    }

    [Fact]
    public void Rows_of_a_batch_do_not_meet_and_may_have_their_own_positions()
    {
        using LanguageModel model = Small();
        long[] positions = [0, 3, 4, 8, 0, 1, 2, 3];
        float[] both = Logits(model, [[0, 5, 6, 7], [0, 9, 8, 7]], positions: positions);
        float[] one = Logits(model, [[0, 5, 6, 7]], positions: positions[..4]);
        float[] two = Logits(model, [[0, 9, 8, 7]]);

        // The order of additions inside a matrix product may depend on the number of rows: 16 products of values below 1.
        Assert.True(Largest(both, [.. one, .. two]) < 1e-6);
    }

    [Fact]
    public void Generation_with_the_cache_equals_recomputing_everything()
    {
        using LanguageModel model = Small(scale: 8);
        long[] generated = model.Generate([0, 40, 41], new GenerationOptions(30, StopAtEnd: false));
        List<long> expected = [0, 40, 41];
        for (int i = 0; i < 30; i++)
        {
            float[] last = Logits(model, [[.. expected]])[^97..];
            expected.Add(Array.IndexOf(last, last.Max()));
        }

        Assert.Equal(expected, generated);
        long[][] batch = model.Generate([[0, 40, 41], [0, 7, 9]], new GenerationOptions(30, StopAtEnd: false));
        Assert.Equal(expected, batch[0]);
    }

    [Fact]
    public void Sampling_depends_on_the_seed_and_follows_the_distribution()
    {
        using LanguageModel model = Small(scale: 30);
        GenerationOptions options = new(20, Temperature: 1, Seed: 3, StopAtEnd: false);
        Assert.Equal(model.Generate([0], options), model.Generate([0], options));
        Assert.NotEqual(model.Generate([0], options), model.Generate([0], options with { Seed = 4 }));

        const int Samples = 4000;
        long[][] results = model.Generate([.. Enumerable.Repeat<long[]>([0], Samples)], options with { Tokens = 1 });
        float[] logits = Logits(model, [[0]]);
        double total = logits.Sum(l => Math.Exp(l));
        for (int token = 0; token < 97; token++)
        {
            double p = Math.Exp(logits[token]) / total;
            double share = results.Count(r => r[1] == token) / (double)Samples;
            // Five standard deviations of a binomial share.
            Assert.InRange(share, p - 5 * Math.Sqrt(p / Samples) - 1e-3, p + 5 * Math.Sqrt(p / Samples) + 1e-3);
        }
    }

    [Fact]
    public void A_clone_is_independent()
    {
        using LanguageModel model = Small();
        using LanguageModel clone = model.Clone();
        float[] before = Logits(model, [[0, 5]]);
        Assert.Equal(before, Logits(clone, [[0, 5]]));
        using (no_grad())
        {
            foreach (TorchSharp.Modules.Parameter parameter in clone.parameters()) parameter.mul_(2);
        }

        Assert.Equal(before, Logits(model, [[0, 5]]));
        Assert.NotEqual(before, Logits(clone, [[0, 5]]));
    }

    internal static LanguageModel Small(bool tied = true, float scale = 1)
    {
        LlamaConfig config = new()
        {
            VocabularySize = 97, HiddenSize = 16, IntermediateSize = 24, Layers = 2, Heads = 4, KeyValueHeads = 2, MaxPositions = 32,
            TieWordEmbeddings = tied, Bos = 0, Eos = 1,
        };
        LanguageModel model = LanguageModel.Create(config, BytePairTokenizer.PrintableAscii, seed: 7);
        using (no_grad())
        {
            // Untrained matrices are so small that attention is nearly uniform; larger ones make every part matter.
            foreach (TorchSharp.Modules.Parameter parameter in model.parameters())
                if (parameter.shape.Length > 1) parameter.mul_(scale);
        }

        return model;
    }

    private static void CompareWithReference(string path, string text)
    {
        using LanguageModel model = LanguageModel.Load(path);
        long[] ids = model.Tokenizer.Encode(text, bos: true);
        float[] logits = Logits(model, [ids]);
        ReferenceDecoder reference = new(path);
        double[] expected = [.. ids.SelectMany((id, position) => reference.Next(id, position))];
        double largest = logits.Select((l, i) => Math.Abs(l - expected[i])).Max();
        Assert.True(largest < LogitBound, $"The largest difference is {largest}.");
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {largest}");
    }

    private static float[] Logits(LanguageModel model, long[][] ids, ResidualHook? hook = null, long[]? positions = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var off = no_grad();
        long[] shape = [ids.Length, ids[0].Length];
        Tensor logits = model.forward(tensor(ids.SelectMany(row => row).ToArray(), shape), positions is null ? null : tensor(positions, shape), hook);
        Assert.Equal([ids.Length, ids[0].Length, model.Config.VocabularySize], logits.shape);
        return logits.contiguous().data<float>().ToArray();
    }

    private static double Largest(float[] a, float[] b) => a.Select((v, i) => Math.Abs((double)v - b[i])).Max();
}
