using System.Text.Json;
using Rasp.Format;
using Rasp.Tool;

namespace Rasp.MSBuild.Tests;

public sealed class CompileTests
{
    private const string TwoExports = """
        load "part";
        #pragma export back, place
        #pragma vocab ab
        #pragma max-length 3
        back = aggregate(select(indices, last - indices, ==), tokens);
        place = indices;
        """;

    [Fact]
    public async Task All_pragma_exports_are_outputs_of_one_model_named_after_the_file()
    {
        using TemporaryFolder folder = new();
        folder.Write("part.rasp", "last = length - 1;\n");
        string file = folder.Write("two.rasp", TwoExports);

        RaspCommand run = await RaspCommand.Succeeds("compile", file, "-o", folder["out"], "--depfile", folder["out/two.d"]);

        Assert.StartsWith("two (back, place): ", Assert.Single(run.OutputLines), StringComparison.Ordinal);
        Assert.Equal(["two.d", "two.json", "two.safetensors"], Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        CompiledModel model = CompiledModel.Load(folder["out/two.json"]);
        Assert.Equal(["b", "a", "a"], model.Evaluate(["a", "a", "b"], "back"));
        Assert.Equal([0, 1, 2], model.Evaluate(["a", "a", "b"], "place"));
        Depfile depfile = Depfile.TryRead(folder["out/two.d"]) ?? throw new InvalidOperationException();
        Assert.Equal(new[] { "two.safetensors", "two.json" }.Select(n => Path.Combine(folder["out"], n)), depfile.Outputs);
        Assert.Equal([file, Path.Combine(folder.Path, "part.rasp")], depfile.Inputs);
    }

    [Fact]
    public async Task Repeated_exports_and_a_name_override_the_pragma_and_the_file_name()
    {
        using TemporaryFolder folder = new();
        folder.Write("part.rasp", "last = length - 1;\n");
        string file = folder.Write("two.rasp", TwoExports);

        RaspCommand run = await RaspCommand.Succeeds(
            "compile", file, "--export", "last", "--export", "place,last", "--name", "the ends", "-o", folder["out"], "--json");

        JsonElement line = JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement;
        Assert.Equal(["last", "place"], line.GetProperty("exports").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(["the ends.json", "the ends.safetensors"], Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        CompiledModel model = CompiledModel.Load(folder["out/the ends.json"]);
        Assert.Equal("the ends", model.Manifest.Name);
        Assert.Equal(["last", "place"], model.Manifest.Outputs.Select(o => o.Name));

        run = await RaspCommand.Succeeds("compile", file, "--export", "place", "--name", "other", "-o", folder["one"]);
        Assert.StartsWith("other (place): ", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["one/other.safetensors"]));
    }

    [Theory]
    [InlineData("x = tokens;", "proved in fp32, fp16, bf16")]
    [InlineData("x = 70000 + indices / 7;", "proved in fp32, not in fp16, not in bf16")]
    public async Task The_line_says_in_which_formats_the_answers_are_proved(string text, string proved)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("x.rasp", text + "\n");
        RaspCommand run = await RaspCommand.Succeeds("compile", file, "--export", "x", "--vocab", "ab", "--max-length", "3", "-o", folder["out"]);
        Assert.EndsWith($"; {proved} -> {folder["out"]}/x.json", Assert.Single(run.OutputLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_mistake_is_one_line_and_nothing_is_written()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("x.rasp", "#pragma vocab ab\n#pragma max-length 3\nx = tokens_int;\n");
        await RaspCommand.Fails("rasp : error : --export needs the name of an s-op", "compile", file, "--export", "");
        await RaspCommand.Fails(
            $"{file}(3,1,3,2): error RASP0120: for the input [\"a\"] the program has no value at position 0: the token 'a' is not an int",
            "compile", file, "--export", "x", "-o", folder["out"]);
        await RaspCommand.Fails(
            $"rasp : error : '{folder["x.json"]}' is a compiled model or its weights; name the .rasp file, or let inspect or export read the model's NAME.json",
            "compile", folder["x.json"]);
        await RaspCommand.Fails(
            $"rasp : error : '{file}/x.safetensors' cannot be written: '{file}' is a file, not a folder; choose another.",
            "compile", folder.Write("y.rasp", "x = indices;"), "--export", "x", "--vocab", "ab", "--max-length", "3", "-o", file);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public async Task A_compile_that_is_stopped_is_an_error_and_writes_nothing()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("x.rasp", "x = length * length * length;\n");
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = await RaspCommandLine.InvokeAsync(
            ["compile", file, "--export", "x", "--vocab", "ab", "--max-length", "200", "-o", folder["out"]], output, error, new CancellationToken(canceled: true));
        Assert.Equal((1, "rasp : error : stopped before the work was done", ""), (exitCode, error.ToString().Trim(), output.ToString()));
    }

    [Fact]
    public async Task The_budget_decides_between_all_inputs_and_samples()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("x.rasp", "#pragma export x\n#pragma vocab ab\n#pragma max-length 6\nx = indices;\n");

        // 6 tokens at each of 2^6 inputs: 384 positions of the longest inputs alone.
        Assert.True(await IsExhaustive("--verify-budget", "100000"));
        Assert.True(await IsExhaustive());
        Assert.False(await IsExhaustive("--verify-budget", "100"));
        Assert.False(await IsExhaustive("--verify-budget", "1"));

        async Task<bool> IsExhaustive(params string[] budget)
        {
            await RaspCommand.Succeeds(["compile", file, "-o", folder.Path, .. budget]);
            return CompiledModel.Load(folder["x.json"]).Manifest.Verification.Exhaustive;
        }
    }

    [Theory]
    [InlineData("--verify-budget needs a positive integer, not '0'", "--verify-budget", "0")]
    [InlineData("--verify-budget needs a positive integer, not '-5'", "--verify-budget", "-5")]
    [InlineData("--verify-budget needs a positive integer, not '1.5'", "--verify-budget", "1.5")]
    [InlineData("--verify-budget needs a positive integer, not 'all'", "--verify-budget", "all")]
    [InlineData("--verify-budget needs a positive integer, not '99999999999'", "--verify-budget", "99999999999")]
    [InlineData("Required argument missing for option: '--verify-budget'", "--verify-budget")]
    [InlineData("--name needs a file's name without folder and extension, not ''", "--name", "")]
    [InlineData("--name needs a file's name without folder and extension, not '../x'", "--name", "../x")]
    [InlineData("--name needs a file's name without folder and extension, not '..'", "--name", "..")]
    [InlineData("--name needs a file's name without folder and extension, not 'a:b'", "--name", "a:b")]
    [InlineData("--name needs a file's name without folder and extension, not 'x '", "--name", "x ")]
    [InlineData("Option '--name' expects a single argument but 2 were provided", "--name", "a", "--name", "b")]
    public async Task Wrong_options_are_one_line_and_leave_no_file(string expected, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("x.rasp", "#pragma export x\n#pragma vocab ab\n#pragma max-length 3\nx = indices;\n");

        await RaspCommand.Fails($"rasp : error : {expected}; see 'rasp compile --help'", ["compile", file, "-o", folder["out"], .. arguments]);

        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Options_override_pragmas_and_json_names_the_sizes()
    {
        using TemporaryFolder folder = new();
        folder.Write("part.rasp", "last = length - 1;\n");
        string file = folder.Write("two.rasp", TwoExports);

        RaspCommand run = await RaspCommand.Succeeds(
            "compile", file, "--export", "place", "--vocab", "[\"the\", \"cat\", \"sat\"]", "--max-length", "2", "--causal", "-o", folder["out"], "--json");

        JsonElement line = JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement;
        JsonElement manifest = JsonDocument.Parse(File.ReadAllText(folder["out/place.json"])).RootElement;
        Assert.Equal("place", line.GetProperty("name").GetString());
        Assert.Equal(["place"], line.GetProperty("exports").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(folder["out/place.safetensors"], line.GetProperty("weights").GetString());
        foreach (string name in (string[])["layers", "headsPerLayer", "dModel", "dHead", "dMlp", "parameters", "nonzeros", "vocabulary", "maxLength", "causal"])
        {
            Assert.Equal(manifest.GetProperty(name).GetRawText(), line.GetProperty(name).GetRawText());
        }

        Assert.Equal("""["the","cat","sat"]""", manifest.GetProperty("vocabulary").GetRawText());
        Assert.Equal(2, manifest.GetProperty("maxLength").GetInt32());
        Assert.True(manifest.GetProperty("causal").GetBoolean());
        Assert.NotEqual(0, manifest.GetProperty("variables").GetArrayLength());
        Assert.Equal(3 + 9, manifest.GetProperty("verification").GetProperty("inputs").GetInt32());
    }

    [Fact]
    public async Task Response_files_hold_one_argument_a_line_without_quoting()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("a b.rasp", "place = indices;\n");
        string response = folder.Write("a b.rsp", $"{file}\n--export\nplace\n--vocab\n[\"a b\", \"@\"]\n--max-length\n2\n-o\n{folder["o p"]}\n");

        await RaspCommand.Succeeds("compile", "@" + response);

        Assert.Equal(["a b", "@"], CompiledModel.Load(folder["o p/place.json"]).Manifest.Vocabulary);
    }

    [Fact]
    public async Task The_same_input_gives_the_same_bytes()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("s.rasp", "#pragma export s\n#pragma vocab abc\n#pragma max-length 4\ns = sort(tokens, tokens);\n");

        await RaspCommand.Succeeds("compile", file, "-o", folder["one"]);
        await RaspCommand.Succeeds("compile", file, "-o", folder["two"]);

        foreach (string name in (string[])["s.json", "s.safetensors"])
        {
            Assert.Equal(File.ReadAllBytes(folder["one/" + name]), File.ReadAllBytes(folder["two/" + name]));
        }
    }

    [Theory]
    [InlineData("x = tokns;\n", "(1,5,1,10): error RASP0030: 'tokns' is not defined; did you mean 'tokens'?")]
    [InlineData("x = indices + tokens;\n", "(1,5,1,21): error RASP0051: '+' cannot be applied to an int s-op and a string s-op; read numbers in the input with tokens_int or tokens_float")]
    [InlineData("x = indices\n", "(1,12,1,12): error RASP0002: the statement is not finished; end it with ';'")]
    [InlineData("x = 1 / indices;\n", "(1,5,1,16): error RASP0120: for the input [\"a\"] the program has no value at position 0: division by zero")]
    public async Task A_program_with_a_mistake_leaves_no_file(string text, string expected)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("x.rasp", text);

        await RaspCommand.Fails(file + expected, "compile", file, "--export", "x", "--vocab", "ab", "--max-length", "3", "-o", folder["out"], "--depfile", folder["x.d"]);

        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task One_export_that_fails_keeps_the_others_from_being_written()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("x.rasp", "#pragma export good, bad\n#pragma vocab ab\n#pragma max-length 3\ngood = indices;\nbad = 1 / indices;\n");

        RaspCommand run = await RaspCommand.Run("compile", file, "-o", folder["out"]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{file}(5,7,5,18): error RASP0120: ", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task What_is_missing_is_said()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("x.rasp", "x = indices;\n");

        await RaspCommand.Fails(
            $"rasp : error : '{file}' does not say what to export: give --export NAME, or write '#pragma export NAME' in the file; it has x",
            "compile", file, "-o", folder["out"]);
        await RaspCommand.Fails(
            $"{file}(1,1,1,1): error RASP0103: the maximum length is not given; add '#pragma max-length 10' to the file or pass --max-length",
            "compile", file, "--export", "x", "--vocab", "ab", "-o", folder["out"]);
        await RaspCommand.Fails(
            $"{folder["none.rasp"]}(1,1,1,1): error RASP0020: the file '{folder["none.rasp"]}' does not exist; check its name and folder",
            "compile", folder["none.rasp"], "-o", folder["out"]);
        await RaspCommand.Fails("rasp : error : the response file 'none.rsp' does not exist", "compile", "@none.rsp");
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("x.rasp", "x = indices;\n");
        string occupied = folder.Write("out", "a file, not a folder");

        RaspCommand run = await RaspCommand.Run("compile", file, "--export", "x", "--vocab", "ab", "--max-length", "3", "-o", occupied);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(occupied, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }
}
