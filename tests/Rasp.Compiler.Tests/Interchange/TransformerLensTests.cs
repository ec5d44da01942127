using System.Collections.Immutable;
using System.Text.Json;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Interchange;

public sealed class TransformerLensTests : IDisposable
{
    private const int MaxLength = 4;

    /// <summary>Arguments of HookedTransformerConfig in every release from 1.0 on; another key would be an error there.</summary>
    private static readonly string[] KnownKeys =
    [
        "act_fn", "attention_dir", "attn_only", "d_head", "d_mlp", "d_model", "d_vocab", "d_vocab_out", "init_weights", "n_ctx", "n_heads", "n_layers",
        "normalization_type", "positional_embedding_type", "use_attn_scale",
    ];

    private readonly string directory = Directory.CreateTempSubdirectory("rasp").FullName;

    private string Stem => Path.Combine(directory, "x");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>
    /// As exported; with TransformerLens's default scale (before: q kᵀ, not scaled; after: (√h q) kᵀ / √h); and with weights in 16
    /// bits, where the certificate says that they suffice.
    /// </summary>
    [Theory]
    [MemberData(nameof(ProgramTable.NamesInBothModes), MemberType = typeof(ProgramTable))]
    public void A_transformer_of_its_conventions_answers_as_the_interpreter_does(string name, bool causal)
    {
        ExportedProgram program = ExportedProgram.Compile(name, causal, MaxLength);
        TransformerLensFiles.Write(program.Model, Stem);
        (HookedTransformer transformer, ExportedTensors tensors) = Read();
        Assert.Equal(transformer.StateDictionary, tensors.Described);
        AssertAnswers(program.Cases, transformer, tensors);

        float scale = MathF.Sqrt(JsonDocument.Parse(Config()).RootElement.GetProperty("d_head").GetInt32());
        for (int layer = 0; layer < program.Model.Manifest.Layers; layer++)
        {
            tensors.Scale($"blocks.{layer}.attn.W_Q", scale);
            tensors.Scale($"blocks.{layer}.attn.b_Q", scale);
        }

        string scaled = Config().Replace("\"use_attn_scale\": false", "\"use_attn_scale\": true", StringComparison.Ordinal);
        Assert.NotEqual(Config(), scaled);
        AssertAnswers(program.Cases, new HookedTransformer(scaled, tensors), tensors);

        foreach ((SafetensorsDtype dtype, ImmutableArray<(string[], string[])> cases) in program.Certified())
        {
            TransformerLensFiles.Write(program.Model, Stem, dtype);
            (HookedTransformer rounded, ExportedTensors roundedTensors) = Read();
            AssertAnswers(cases, rounded, roundedTensors);
        }
    }

    [Theory]
    [InlineData("sort", false)]
    [InlineData("sort", true)]
    [InlineData("tokens alone", false)]
    [InlineData("histogram", true)]
    public void The_config_has_only_keys_that_every_release_takes_and_no_empty_tensor(string name, bool causal)
    {
        ExportedProgram program = ExportedProgram.Compile(name, causal, MaxLength);
        TransformerLensFiles.Write(program.Model, Stem);
        Assert.Empty(JsonDocument.Parse(Config()).RootElement.EnumerateObject().Select(p => p.Name).Except(KnownKeys));
        (_, ExportedTensors tensors) = Read();
        Assert.DoesNotContain(tensors.Described, t => t.Contains("[0", StringComparison.Ordinal) || t.Contains(", 0", StringComparison.Ordinal));
        Assert.EndsWith("}\n", Config(), StringComparison.Ordinal);
    }

    /// <summary>Both 16-bit formats are a half step (2⁻¹¹, 2⁻⁸) from the value at most, fp16's subnormals 2⁻²⁵.</summary>
    [Theory]
    [InlineData(SafetensorsDtype.F16, "F16", 1.0 / 2048, 1.0 / (1 << 25))]
    [InlineData(SafetensorsDtype.BF16, "BF16", 1.0 / 256, 0)]
    public void Sixteen_bit_weights_are_the_nearest(SafetensorsDtype dtype, string expected, double relative, double absolute)
    {
        ExportedProgram program = ExportedProgram.Compile("fraction of previous", true, MaxLength);
        TransformerLensFiles.Write(program.Model, Stem);
        (_, ExportedTensors exact) = Read();
        TransformerLensFiles.Write(program.Model, Stem, dtype);
        (_, ExportedTensors rounded) = Read();
        Assert.Equal([expected], rounded.Dtypes);
        Assert.Equal(exact.Described, rounded.Described);
        foreach (string name in exact.Described.Select(t => t.Split(' ')[0]))
            Assert.All(exact[name].Zip(rounded[name]), w => Assert.InRange(Math.Abs(w.First - w.Second), 0, Math.Max(Math.Abs(w.First) * relative, absolute)));
    }

    [Fact]
    public void A_weight_beyond_the_format_is_refused_by_name()
    {
        CompiledModel model = ExportedProgram.Compile("tokens alone", false, 2).Model;
        model.Weights["unembed.b_U"].Data[0] = 70000;
        string message = Assert.Throws<RaspException>(() => TransformerLensFiles.Write(model, Stem, SafetensorsDtype.F16)).Message;
        Assert.Equal("'x' cannot be written as F16: 'unembed.b_U' holds 70000, beyond its largest number 65504; choose a format with a wider range.", message);
        Assert.Empty(Directory.GetFiles(directory));
    }

    private string Config() => File.ReadAllText(TransformerLensFiles.ConfigPath(Stem));

    private (HookedTransformer, ExportedTensors) Read()
    {
        ExportedTensors tensors = new(TransformerLensFiles.WeightsPath(Stem));
        return (new HookedTransformer(Config(), tensors), tensors);
    }

    private static void AssertAnswers(ImmutableArray<(string[] Tokens, string[] Answers)> cases, HookedTransformer transformer, ExportedTensors tensors)
    {
        ExportedAnswers answers = new(tensors.Metadata);
        foreach ((string[] tokens, string[] expected) in cases)
            Assert.Equal(expected, answers.Read("x", transformer.Forward(answers.Ids(tokens))));
    }
}
