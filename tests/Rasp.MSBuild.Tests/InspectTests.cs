using System.Text.Json;
using System.Text.Json.Nodes;
using Rasp.MSBuild.Tests.Pages;

namespace Rasp.MSBuild.Tests;

public sealed class InspectTests
{
    private const string Count = "#pragma export count_a\n#pragma vocab ab\n#pragma max-length 3\ncount_a = selector_width(select(tokens, \"a\", ==));\n";

    [Fact]
    public async Task A_program_shows_its_settings_and_graph()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.rasp", Count);

        RaspCommand run = await RaspCommand.Succeeds("inspect", file);

        Assert.Equal(
            [file, "export count_a", "vocabulary [\"a\", \"b\"]", "max length 3", "bidirectional"], run.OutputLines[..5]);
        Assert.Contains(run.OutputLines, l => l.EndsWith(": string = tokens", StringComparison.Ordinal));
        Assert.StartsWith("count_a: int = selector_width(%", run.OutputLines[^1], StringComparison.Ordinal);
    }

    private const string Names = """
        #pragma vocab abc
        #pragma max-length 10
        prefix = select(indices, indices, <=);
        def twice(x, n) { return x * n; }
        size = 3;
        words = ["a", "b"];
        table = {"a": 1, "b": 0.5};
        doubled = twice(indices, 2);
        seen = aggregate(prefix, indicator(tokens == "a"));
        token = shift(tokens, 1, "-");
        """;

    [Fact]
    public async Task Types_are_listed_for_every_name_with_the_values_of_s_ops()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.rasp", Names);

        RaspCommand run = await RaspCommand.Succeeds("inspect", "--types", file);

        Assert.Equal(
            [
                "name kind type values line",
                "prefix selector selector 3,1",
                "twice function function (x, n) 4,5",
                "size value int 3 5,1",
                "words value list of string 6,1",
                "table value dictionary from string to float 7,1",
                "doubled s-op int 0 2 4 6 8 10 12 14 16 18 8,1",
                "seen s-op float 0 … 1 (33 values) 9,1",
                "token s-op string \"-\" \"a\" \"b\" \"c\" 10,1",
            ],
            run.OutputLines.Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
    }

    [Fact]
    public async Task Types_as_json_follow_the_options()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.rasp", Names);

        RaspCommand run = await RaspCommand.Succeeds("inspect", "--types", "--json", file, "--max-length", "2", "--vocab", "xy");

        JsonElement[] names = [.. JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement.GetProperty("names").EnumerateArray()];
        Assert.Equal(["prefix", "twice", "size", "words", "table", "doubled", "seen", "token"], names.Select(n => n.GetProperty("name").GetString()));
        JsonElement doubled = names[5];
        Assert.Equal(("s-op", "int", 8, 1), (doubled.GetProperty("kind").GetString(), doubled.GetProperty("type").GetString(), doubled.GetProperty("line").GetInt32(), doubled.GetProperty("column").GetInt32()));
        Assert.Equal([0, 2], doubled.GetProperty("values").EnumerateArray().Select(v => v.GetInt32()));
        Assert.Equal(["-", "x", "y"], names[7].GetProperty("values").EnumerateArray().Select(v => v.GetString()));
        Assert.False(names[0].TryGetProperty("values", out _));
    }

    [Fact]
    public async Task Without_a_vocabulary_types_are_listed_without_values()
    {
        using TemporaryFolder folder = new();
        RaspCommand run = await RaspCommand.Succeeds("inspect", "--types", folder.Write("c.rasp", "a = indices + 1;\n"));

        Assert.Equal("a     s-op  int           1,1", run.OutputLines[1]);
        Assert.Contains("--vocab", run.OutputLines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compiled_model_shows_its_sizes_and_a_line_a_variable()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.rasp", Count);
        await RaspCommand.Succeeds("compile", file, "-o", folder.Path);

        RaspCommand table = await RaspCommand.Succeeds("inspect", folder["count_a.json"]);
        RaspCommand json = await RaspCommand.Succeeds("inspect", "--json", folder["count_a.json"]);

        JsonElement line = JsonDocument.Parse(Assert.Single(json.OutputLines)).RootElement;
        Assert.Equal(1, line.GetProperty("layers").GetInt32());
        Assert.Equal(2 + 4 + 8, line.GetProperty("verification").GetProperty("inputs").GetInt32());
        string[] names = [.. line.GetProperty("variables").EnumerateArray().Select(v => v.GetProperty("name").GetString() ?? string.Empty)];
        Assert.Contains("count_a", names);
        Assert.All(names, name => Assert.Contains(table.OutputLines, l => l.Contains(name, StringComparison.Ordinal)));
        Assert.Contains("equal to the interpreter on all 14 inputs", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_shows_where_each_variable_is_what_is_proved_and_what_each_pass_saved()
    {
        using TemporaryFolder folder = new();
        TinyModel.Create().Save(folder.Path);

        RaspCommand run = await RaspCommand.Succeeds("inspect", folder["tiny.json"]);

        Assert.Equal(
            """
            tiny of tiny.rasp: has_a (bool)
            1 layer of 2 heads, dModel 3, dHead 1, dMlp 3, 83 parameters (15 nonzero)
            at most 2 tokens of ["a", "b"], bidirectional

            variable  type    source    encoding  columns  alive                    values
            tokens    string  built in  one-hot   0-1      0.resid_pre to 0         2
            share     float   4,1-4,40  linear    2        0.resid_mid to 0         4
            has_a     bool    5,1-6,9   vector    2        0.resid_post to unembed  2

            equal to the interpreter on all 6 inputs (10 positions) in fp32
            fp32: every answer proved up to 2 tokens, least margin 0.94
            fp16: proved up to 1 token, least margin 0.31; beyond it: the mean of has_a at 4,1
            bf16: proved for no length: the mean at 4,1

            pass            nodes  layers  heads  columns  dHead  dMlp    parameters
            fold constants  9 → 7  2       3      8        4      12      1,000
            reuse columns   7      2 → 1   3 → 1  8 → 3    4 → 1  12 → 3  1,000 → 90
            saved nothing: share heads, merge logits

            """,
            run.Output);
    }

    [Fact]
    public async Task Json_has_all_of_a_model_but_its_weights()
    {
        using TemporaryFolder folder = new();
        TinyModel.Create().Save(folder.Path);

        RaspCommand run = await RaspCommand.Succeeds("inspect", "--json", folder["tiny.json"]);

        const string Sizes = "\"heads\":3,\"dModel\":8,\"dHead\":4,\"dMlp\":12,\"parameters\":1000";
        JsonElement model = JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement;
        Assert.Equal("""[{"name":"has_a","type":"bool","first":0,"logits":2,"values":[false,true]}]""", model.GetProperty("outputs").GetRawText());
        Assert.Equal(
            """{"name":"has_a","type":"bool","line":5,"column":1,"endLine":6,"endColumn":9,"resident":true,"from":"blocks.0.hook_resid_post","lastLayer":1,"encoding":"vector","columns":[2],"values":[false,true]}""",
            model.GetProperty("variables")[2].GetRawText());
        Assert.Equal("""{"format":"fp16","maxLength":1,"margin":0.31,"limit":"the mean of has_a at 4,1"}""", model.GetProperty("certificates")[1].GetRawText());
        Assert.Equal(
            $$$"""{"name":"fold constants","before":{"nodes":9,"layers":2,{{{Sizes}}}},"after":{"nodes":7,"layers":2,{{{Sizes}}}}}""",
            model.GetProperty("passes")[0].GetRawText());
        Assert.Equal(4, model.GetProperty("passes").GetArrayLength());
    }

    [Fact]
    public async Task A_program_compiled_in_memory_is_the_model_that_compile_writes()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.rasp", Count.Replace("count_a\n", "count_a, place\n", StringComparison.Ordinal) + "place = indices;\n");
        string[] options = ["--max-length", "2", "--verify-budget", "1"];
        await RaspCommand.Succeeds(["compile", file, "-o", folder["out"], .. options]);

        // What the passes saved is found only where it is shown.
        RaspCommand written = await RaspCommand.Succeeds(["inspect", folder["out/c.json"]]);
        RaspCommand inMemory = await RaspCommand.Succeeds(["inspect", file, "--compiled", .. options]);
        Assert.StartsWith(written.Output, inMemory.Output, StringComparison.Ordinal);
        Assert.Contains("saved nothing: ", inMemory.Output[written.Output.Length..], StringComparison.Ordinal);
        JsonObject writtenJson = Json(await RaspCommand.Succeeds(["inspect", folder["out/c.json"], "--json"]));
        JsonObject inMemoryJson = Json(await RaspCommand.Succeeds(["inspect", file, "--compiled", .. options, "--json"]));
        Assert.NotEmpty(Assert.IsType<JsonArray>(inMemoryJson["passes"]));
        writtenJson.Remove("passes");
        inMemoryJson.Remove("passes");
        Assert.Equal(writtenJson.ToJsonString(), inMemoryJson.ToJsonString());

        Assert.Equal(["c.rasp", "out"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static JsonObject Json(RaspCommand run) => Assert.IsType<JsonObject>(JsonNode.Parse(run.Output));

    [Theory]
    [InlineData("--types lists the names of a .rasp file; a compiled model lists its variables without it", "c.rasp", "--types", "--compiled")]
    [InlineData("--types lists the names of a .rasp file; a compiled model lists its variables without it", "tiny.json", "--types")]
    [InlineData("--compiled is for a .rasp file; a manifest's model is compiled already", "tiny.json", "--compiled")]
    [InlineData("--export, --vocab, --max-length, --causal and --verify-budget are for a .rasp file; a compiled model keeps those of its compile", "tiny.json", "--max-length", "3")]
    [InlineData("--export, --vocab, --max-length, --causal and --verify-budget are for a .rasp file; a compiled model keeps those of its compile", "tiny.json", "--verify-budget", "3")]
    [InlineData("--verify-budget is for a compile; add --compiled or --html", "c.rasp", "--verify-budget", "3")]
    [InlineData("--verify-budget needs a positive integer, not '0'; see 'rasp inspect --help'", "c.rasp", "--compiled", "--verify-budget", "0")]
    [InlineData("--input and --tokens are for the page of --html PATH", "tiny.json", "--input", "ab")]
    [InlineData("give --input or --tokens, not both", "tiny.json", "--html", "p.html", "--input", "ab", "--tokens", "[]")]
    [InlineData("--tokens: a JSON list of tokens is needed, not '[1'", "tiny.json", "--html", "p.html", "--tokens", "[1")]
    [InlineData("the token \"x\" at position 1 of the input \"ax\" is not in the vocabulary [\"a\", \"b\"]; give --input or --tokens with tokens that are", "tiny.json", "--html", "p.html", "--input", "ax")]
    [InlineData("the input \"aaa\" has 3 tokens, but the maximum length is 2; shorten it", "tiny.json", "--html", "p.html", "--input", "aaa")]
    [InlineData("The input is empty; give at least one token.", "tiny.json", "--html", "p.html", "--input", "")]
    [InlineData("--html needs the page's path", "tiny.json", "--html", "")]
    public async Task Wrong_options_are_one_line_and_write_nothing(string expected, string file, params string[] options)
    {
        using TemporaryFolder folder = new();
        folder.Write("c.rasp", Count);
        TinyModel.Create().Save(folder.Path);
        options = [.. options.Select(o => o == "p.html" ? folder["p.html"] : o)];

        await RaspCommand.Fails($"rasp : error : {expected}", ["inspect", folder[file], .. options]);

        Assert.Equal(3, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [Fact]
    public async Task A_page_that_cannot_be_written_or_a_program_that_does_not_compile_leaves_no_page()
    {
        using TemporaryFolder folder = new();
        TinyModel.Create().Save(folder.Path);
        RaspCommand run = await RaspCommand.Run("inspect", folder["tiny.json"], "--html", folder.Path);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"rasp : error : '{folder.Path}' cannot be written: ", Assert.Single(run.ErrorLines), StringComparison.Ordinal);

        string file = folder.Write("x.rasp", "#pragma export x\n#pragma vocab ab\n#pragma max-length 2\nx = 1 / indices;\n");
        run = await RaspCommand.Run("inspect", file, "--html", folder["p.html"]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{file}(4,5,4,16): error RASP0120: ", Assert.Single(run.ErrorLines), StringComparison.Ordinal);

        await RaspCommand.Fails(
            $"rasp : error : '{folder.Write("y.rasp", "y = indices;\n")}' does not say what to export: give --export NAME, or write '#pragma export NAME' in the file; it has y",
            "inspect", folder["y.rasp"], "--compiled");
        Assert.Equal(["tiny.json", "tiny.safetensors", "x.rasp", "y.rasp"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Html_names_the_page_that_it_wrote()
    {
        using TemporaryFolder folder = new();
        string page = folder["pages/count.html"];

        RaspCommand run = await RaspCommand.Succeeds("inspect", folder.Write("c.rasp", Count), "--html", page, "--tokens", "[\"b\", \"a\"]");
        Assert.StartsWith("count_a: 1 layer of 1 head, ", Assert.Single(run.OutputLines), StringComparison.Ordinal);
        Assert.EndsWith($" -> {page}", run.OutputLines[0], StringComparison.Ordinal);
        Assert.Equal([page], Directory.GetFileSystemEntries(folder["pages"]));

        run = await RaspCommand.Succeeds("inspect", folder["c.rasp"], "--html", page, "--json");
        Assert.Equal(page, JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement.GetProperty("page").GetString());
    }

    [Fact]
    public async Task Truncated_weights_are_one_error_that_names_the_file()
    {
        using TemporaryFolder folder = new();
        await RaspCommand.Succeeds("compile", folder.Write("c.rasp", Count), "-o", folder.Path);
        string weights = folder["count_a.safetensors"];
        foreach (double share in (double[])[0.9, 0.5, 0.01, 0])
        {
            byte[] bytes = File.ReadAllBytes(weights);
            File.WriteAllBytes(weights, bytes[..(int)(bytes.Length * share)]);

            RaspCommand run = await RaspCommand.Run("inspect", folder["count_a.json"]);

            Assert.Equal(1, run.ExitCode);
            Assert.Contains("count_a.safetensors", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
            Assert.StartsWith("rasp : error : ", run.ErrorLines[0], StringComparison.Ordinal);
            Assert.Empty(run.Output);
        }
    }

    [Theory]
    [InlineData("{", "x.json")]
    [InlineData("[]", "x.json")]
    [InlineData("{\"layers\": 1}", "x.json")]
    public async Task A_manifest_that_is_not_one_is_named(string content, string name)
    {
        using TemporaryFolder folder = new();
        RaspCommand run = await RaspCommand.Run("inspect", folder.Write(name, content));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(name, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_files_are_named()
    {
        using TemporaryFolder folder = new();
        RaspCommand run = await RaspCommand.Run("inspect", folder["none.json"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(folder["none.json"], Assert.Single(run.ErrorLines), StringComparison.Ordinal);

        await RaspCommand.Succeeds("compile", folder.Write("c.rasp", Count), "-o", folder.Path);
        File.Delete(folder["count_a.safetensors"]);
        run = await RaspCommand.Run("inspect", folder["count_a.json"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("count_a.safetensors", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }
}
