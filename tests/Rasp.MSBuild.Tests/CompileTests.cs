using System.Text.Json;
using Rasp.Format;

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
    public async Task Every_pragma_export_gets_a_manifest_and_weights_that_load_and_run()
    {
        using TemporaryFolder folder = new();
        folder.Write("part.rasp", "last = length - 1;\n");
        string file = folder.Write("two.rasp", TwoExports);

        RaspCommand run = await RaspCommand.Succeeds("compile", file, "-o", folder["out"], "--depfile", folder["out/two.d"]);

        Assert.Equal(2, run.OutputLines.Length);
        Assert.Equal(
            ["back.json", "back.safetensors", "place.json", "place.safetensors", "two.d"],
            Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        CompiledModel model = CompiledModel.Load(folder["out/back.json"]);
        Assert.Equal(["b", "a", "a"], model.Evaluate(["a", "a", "b"]));
        Depfile depfile = Depfile.TryRead(folder["out/two.d"]) ?? throw new InvalidOperationException();
        Assert.Equal(new[] { "back.safetensors", "back.json", "place.safetensors", "place.json" }.Select(n => Path.Combine(folder["out"], n)), depfile.Outputs);
        Assert.Equal([file, Path.Combine(folder.Path, "part.rasp")], depfile.Inputs);
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
        Assert.Equal("place", line.GetProperty("export").GetString());
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
