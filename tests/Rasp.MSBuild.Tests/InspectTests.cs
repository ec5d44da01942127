using System.Text.Json;

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
