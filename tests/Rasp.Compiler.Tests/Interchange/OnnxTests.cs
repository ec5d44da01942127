using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Interchange;

public sealed class OnnxTests(OnnxRuntime runtime) : IClassFixture<OnnxRuntime>, IDisposable
{
    private const int MaxLength = 4;

    private readonly string directory = Directory.CreateTempSubdirectory("rasp").FullName;

    private string Model(SafetensorsDtype dtype = SafetensorsDtype.F32) => Path.Combine(directory, dtype + ".onnx");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>Every input up to the maximum length, the inputs of a length as one batch; in 16 bits where the certificate says that they suffice.</summary>
    [Theory]
    [MemberData(nameof(ProgramTable.NamesInBothModes), MemberType = typeof(ProgramTable))]
    public async Task Onnx_runtime_answers_as_the_interpreter_does(string name, bool causal)
    {
        ExportedProgram program = ExportedProgram.Compile(name, causal, MaxLength);
        foreach ((SafetensorsDtype dtype, ImmutableArray<(string[] Tokens, string[] Answers)> cases) in program.Certified().Prepend((SafetensorsDtype.F32, program.Cases)))
        {
            OnnxFile.Write(program.Model, Model(dtype), dtype);
            ExportedAnswers answers = new(new OnnxFileReader(File.ReadAllBytes(Model(dtype))).Metadata);
            foreach (IGrouping<int, (string[] Tokens, string[] Answers)> ofLength in cases.GroupBy(c => c.Tokens.Length))
            {
                (float[][][] logits, string? error) = await runtime.RunAsync(Model(dtype), [.. ofLength.Select(c => answers.Ids(c.Tokens))]);
                Assert.Null(error);
                foreach ((string[] expected, float[][] row) in ofLength.Select(c => c.Answers).Zip(logits)) Assert.Equal(expected, answers.Read("x", row));
            }
        }
    }

    /// <summary>
    /// The plain model on the same rounded weights; both add the same numbers in float32, in other orders. 10⁻³ is a
    /// thousand roundings of a number below 16.
    /// </summary>
    [Theory]
    [InlineData("reverse", SafetensorsDtype.F16)]
    [InlineData("reverse", SafetensorsDtype.BF16)]
    [InlineData("histogram", SafetensorsDtype.F16)]
    [InlineData("histogram", SafetensorsDtype.BF16)]
    public async Task Sixteen_bit_weights_give_the_logits_of_the_rounded_weights(string name, SafetensorsDtype dtype)
    {
        ExportedProgram program = ExportedProgram.Compile(name, false, MaxLength);
        OnnxFile.Write(program.Model, Model(dtype), dtype);
        string stem = Path.Combine(directory, "x");
        TransformerLensFiles.Write(program.Model, stem, dtype);
        HookedTransformer plain = new(File.ReadAllText(TransformerLensFiles.ConfigPath(stem)), new ExportedTensors(TransformerLensFiles.WeightsPath(stem)));
        ExportedAnswers answers = new(new OnnxFileReader(File.ReadAllBytes(Model(dtype))).Metadata);
        int[][] rows = [.. program.Cases.Where(c => c.Tokens.Length == MaxLength).Select(c => answers.Ids(c.Tokens))];
        (float[][][] logits, string? error) = await runtime.RunAsync(Model(dtype), rows);
        Assert.Null(error);
        float largest = rows.Zip(logits).Max(r => plain.Forward(r.First).SelectMany(x => x).Zip(r.Second.SelectMany(x => x)).Max(p => Math.Abs(p.First - p.Second)));
        Assert.InRange(largest, 0, 1e-3f);
    }

    /// <summary>A boolean, a fraction and an integer, each from its own logits, for both targets.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_output_of_a_model_is_read_from_its_own_logits(bool causal)
    {
        const string Text = "a = tokens == \"a\"; b = aggregate(select(indices, indices, <=), indicator(a)); c = selector_width(select(tokens, tokens, ==));";
        RaspProgram program = Assert.IsType<RaspProgram>(Compilation.Parse(Text, "test.rasp").Program);
        CompileSettings settings = new() { Vocabulary = Compiled.Tokens("ab"), MaxLength = 3, Causal = causal };
        CompileResult result = ProgramCompiler.Compile(program, ["a", "b", "c"], settings, CompileOptions.Default with { Name = "abc" });
        CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
        OnnxFile.Write(model, Model());
        string stem = Path.Combine(directory, "abc");
        TransformerLensFiles.Write(model, stem);
        HookedTransformer plain = new(File.ReadAllText(TransformerLensFiles.ConfigPath(stem)), new ExportedTensors(TransformerLensFiles.WeightsPath(stem)));
        ExportedAnswers answers = new(new OnnxFileReader(File.ReadAllBytes(Model())).Metadata);
        int[] ids = answers.Ids(["\"a\"", "\"b\"", "\"a\""]);
        (float[][][] logits, string? error) = await runtime.RunAsync(Model(), [ids]);
        Assert.Null(error);
        foreach (float[][] rows in (float[][][])[logits[0], plain.Forward(ids)])
        {
            Assert.Equal(["true", "false", "true"], answers.Read("a", rows));
            Assert.Equal(["1", "[1,2]", "[2,3]"], answers.Read("b", rows));
            Assert.Equal(causal ? ["1", "1", "2"] : ["2", "1", "2"], answers.Read("c", rows));
        }
    }

    [Fact]
    public async Task More_positions_than_the_model_has_are_an_error()
    {
        ExportedProgram program = ExportedProgram.Compile("reverse", true, 2);
        OnnxFile.Write(program.Model, Model());
        (_, string? error) = await runtime.RunAsync(Model(), [[3, 0, 1, 2]]);
        Assert.NotNull(error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_file_says_what_it_is(bool causal)
    {
        ExportedProgram program = ExportedProgram.Compile("reverse", causal, MaxLength);
        OnnxFile.Write(program.Model, Model());
        OnnxFileReader file = new(File.ReadAllBytes(Model()));
        Assert.Equal(8UL, file.IntermediateRepresentation);
        Assert.Equal(17UL, file.OperatorSet);
        Assert.Contains("3 (beginning of sequence), then the ids of 1 to 4 tokens", file.Documentation, StringComparison.Ordinal);
        Assert.Equal("""["a","b","c"]""", file.Metadata["vocabulary"]);
        Assert.Equal("3", file.Metadata["beginning_of_sequence"]);
        Assert.Equal("4", file.Metadata["max_length"]);
        Assert.Equal(causal ? "true" : "false", file.Metadata["causal"]);
        Assert.Equal(causal, file.Operators.Contains("Where"));
        Assert.Equal(program.Model.Manifest.Layers, file.Operators.Count(o => o == "Softmax"));
    }
}
