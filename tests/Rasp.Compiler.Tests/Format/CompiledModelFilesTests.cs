using System.Collections.Immutable;
using Rasp.Compiler.Graph;
using Rasp.Compiler.Tests.Compiling;
using Rasp.Format;

namespace Rasp.Compiler.Tests.Format;

public sealed class CompiledModelFilesTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("rasp").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>Every program of the table: outputs and all variables, for all inputs of up to three tokens.</summary>
    [Theory]
    [MemberData(nameof(ProgramTable.NamesInBothModes), MemberType = typeof(ProgramTable))]
    public void Another_implementation_reads_the_files_and_gives_the_same_answers(string name, bool causal)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        Agrees(Compiled.Model(text, vocabulary, 4, causal), 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_implementation_reads_several_outputs(bool causal)
    {
        RaspProgram program = Running.Compile("h = selector_width(select(tokens, tokens, ==)); r = aggregate(select(indices, length - indices - 1, ==), tokens); m = aggregate(full_s, h);");
        CompileSettings settings = new() { Vocabulary = Compiled.Tokens("ab"), MaxLength = 4, Causal = causal };
        CompileResult result = ProgramCompiler.Compile(program, ["m", "r", "h"], settings, new CompileOptions { Name = "x" });
        Assert.Empty(result.Diagnostics.Select(d => d.ToString()));
        CompiledModel model = Assert.IsType<CompiledModel>(result.Model);
        Assert.Equal(["m", "r", "h"], model.Manifest.Outputs.Select(o => o.Name));
        Agrees(model, 4);
    }

    private void Agrees(CompiledModel model, int longest)
    {
        model.Save(directory);
        PlainTransformer other = new(Path.Combine(directory, "x.json"));
        foreach (ImmutableArray<Value> input in CompiledProgramsTests.AllInputs(model.Manifest.Vocabulary, longest))
        {
            (Dictionary<string, string[]> outputs, Dictionary<string, string[]> variables) = other.Run([.. input.Select(model.Manifest.Vocabulary.IndexOf)]);
            CompiledRun run = model.Run(input);
            Assert.Equal(Lines(run.Outputs), Lines(outputs));
            Assert.Equal(Lines(run.Variables), Lines(variables));
            Assert.Equal(outputs[model.Manifest.Outputs[0].Name], model.Evaluate(input).Select(Json));
        }
    }

    [Theory]
    [MemberData(nameof(ProgramTable.NamesInBothModes), MemberType = typeof(ProgramTable))]
    public void What_is_saved_loads_again_and_saves_to_the_same_bytes(string name, bool causal)
    {
        (string vocabulary, string text) = ProgramTable.Programs[name];
        CompiledModel model = Compiled.Model(text, vocabulary, 3, causal);
        model.Save(directory);
        byte[] manifest = File.ReadAllBytes(Path.Combine(directory, "x.json"));
        byte[] weights = File.ReadAllBytes(Path.Combine(directory, "x.safetensors"));
        CompiledModel loaded = CompiledModel.Load(Path.Combine(directory, "x.json"));
        ImmutableArray<Value> input = [.. model.Manifest.Vocabulary.Take(3)];
        Assert.Equal(model.Evaluate(input), loaded.Evaluate(input));
        Compiled.Model(text, vocabulary, 3, causal).Save(directory);
        Assert.Equal(manifest, File.ReadAllBytes(Path.Combine(directory, "x.json")));
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(directory, "x.safetensors")));
        loaded.Save(directory);
        Assert.Equal(manifest, File.ReadAllBytes(Path.Combine(directory, "x.json")));
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(directory, "x.safetensors")));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_not_finite_are_refused(float weight)
    {
        CompiledModel model = Compiled.Model("x = length;", "ab", 3);
        model.Weights["unembed.b_U"].Data[0] = weight;
        model.Save(directory);
        string message = Assert.Throws<RaspException>(() => CompiledModel.Load(Path.Combine(directory, "x.json"))).Message;
        Assert.Contains("x.safetensors: the tensor 'unembed.b_U' holds a number that is not finite", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"layers\": 1", "\"layers\": \"many\"", "line 4: $.layers is not what belongs there")]
    [InlineData("\"maxLength\": 3", "\"maxLength\": 0", "one of its sizes is negative, or 0 where there must be something")]
    public void A_manifest_that_is_damaged_is_refused_with_the_place(string part, string damaged, string message)
    {
        Compiled.Model("x = length;", "ab", 3).Save(directory);
        string path = Path.Combine(directory, "x.json");
        string text = File.ReadAllText(path);
        Assert.Contains(part, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(part, damaged, StringComparison.Ordinal));
        Assert.Contains(message, Assert.Throws<RaspException>(() => CompiledModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_do_not_fit_are_refused_by_name()
    {
        Compiled.Model("x = length;", "ab", 3).Save(directory);
        string manifest = Path.Combine(directory, "x.json");
        string weights = Path.Combine(directory, "x.safetensors");
        string text = File.ReadAllText(manifest);
        byte[] bytes = File.ReadAllBytes(weights);

        File.WriteAllBytes(weights, bytes[..^5]);
        Assert.Contains("x.safetensors", Refused(), StringComparison.Ordinal);
        File.Delete(weights);
        Assert.Contains("x.safetensors", Refused(), StringComparison.Ordinal);
        File.WriteAllBytes(weights, bytes);

        File.WriteAllText(manifest, text[..(text.Length / 2)]);
        Assert.Contains("not the manifest", Refused(), StringComparison.Ordinal);
        File.WriteAllText(manifest, text.Replace("\"maxLength\": 3", "\"maxLength\": 4", StringComparison.Ordinal));
        Assert.Contains("has shape [4,", Refused(), StringComparison.Ordinal);
        File.WriteAllText(manifest, text.Replace("\"format\": 2", "\"format\": 3", StringComparison.Ordinal));
        Assert.Contains("format 3", Refused(), StringComparison.Ordinal);
        File.WriteAllText(manifest, "{}");
        Assert.Contains("not the manifest", Refused(), StringComparison.Ordinal);
        File.Delete(manifest);
        Assert.Contains("no such file", Refused(), StringComparison.Ordinal);
        string Refused() => Assert.Throws<RaspException>(() => CompiledModel.Load(manifest)).Message;
    }

    [Theory]
    [InlineData("abz", "'z' at position 2")]
    [InlineData("abab", "at most 3")]
    [InlineData("", "empty")]
    public void Inputs_that_the_model_was_not_compiled_for_are_refused(string input, string message)
    {
        CompiledModel model = Compiled.Model("x = length;", "ab", 3);
        Assert.Contains(message, Assert.Throws<RaspException>(() => model.Evaluate(Compiled.Tokens(input))).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lines(IReadOnlyDictionary<string, ImmutableArray<Value>> values) =>
        Lines(values.ToDictionary(v => v.Key, v => v.Value.Select(Json).ToArray()));

    private static IEnumerable<string> Lines(IReadOnlyDictionary<string, string[]> values) =>
        values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}: {string.Join(' ', v.Value)}");

    private static string Json(Value value) => value.Kind switch
    {
        ValueKind.Boolean => value.IsTrue ? "true" : "false",
        ValueKind.Text => $"\"{value.Text}\"",
        _ when value.Number.IsInteger => value.ToString(),
        _ => $"[{value.Number.Numerator},{value.Number.Denominator}]",
    };
}
