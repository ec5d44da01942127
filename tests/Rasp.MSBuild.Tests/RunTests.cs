using System.Text.Json;

namespace Rasp.MSBuild.Tests;

public sealed class RunTests
{
    private const string Reverse = """
        #pragma export reverse
        #pragma vocab abc
        #pragma max-length 4
        reverse = aggregate(select(indices, length - 1 - indices, ==), tokens);
        """;

    [Theory]
    [InlineData("interpreter")]
    [InlineData("transformer")]
    [InlineData("both")]
    public async Task Engines_give_the_values_of_the_s_op(string engine)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("r.rasp", Reverse);

        RaspCommand run = await RaspCommand.Succeeds("run", file, "--export", "reverse", "--engine", engine, "abc");

        Assert.Equal("reverse(\"abc\") = [\"c\", \"b\", \"a\"]", Assert.Single(run.OutputLines));
    }

    [Fact]
    public async Task Json_has_export_input_and_values_with_their_types()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("v.rasp", """
            third = indices / 3;
            same = tokens == "the";
            twice = tokens_int * 2;
            """);

        RaspCommand run = await RaspCommand.Succeeds("run", file, "--export", "third,same", "--tokens", "[\"the\", \"c\\\"t\"]", "--json");
        Assert.Equal(
            [
                """{"export":"third","input":["the","c\"t"],"values":[0,0.3333333333333333]}""",
                """{"export":"same","input":["the","c\"t"],"values":[true,false]}""",
            ],
            run.OutputLines);

        run = await RaspCommand.Succeeds("run", file, "--export", "twice", "--tokens", "[1, 20]", "--json");
        Assert.Equal("""{"export":"twice","input":[1,20],"values":[2,40]}""", Assert.Single(run.OutputLines));
    }

    [Fact]
    public async Task Inputs_are_one_json_string_or_list_a_line()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("r.rasp", Reverse);
        string inputs = folder.Write("inputs.jsonl", "\"ab\"\n\n[\"a\", \"b\", \"c\"]\n\"\"\n");

        RaspCommand run = await RaspCommand.Succeeds("run", file, "--inputs", inputs, "--engine", "both");

        Assert.Equal(
            ["reverse(\"ab\") = [\"b\", \"a\"]", "reverse([\"a\", \"b\", \"c\"]) = [\"c\", \"b\", \"a\"]", "reverse(\"\") = []"],
            run.OutputLines);
    }

    [Fact]
    public async Task Characters_that_spell_numbers_of_the_vocabulary_are_those_numbers()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("n.rasp", "double = tokens_int + tokens_int;\n");

        RaspCommand run = await RaspCommand.Succeeds(
            "run", file, "--export", "double", "--vocab", "[0,1,2]", "--max-length", "3", "--engine", "both", "--json", "021");

        Assert.Equal("""{"export":"double","input":[0,2,1],"values":[0,4,2]}""", Assert.Single(run.OutputLines));
    }

    [Fact]
    public async Task Options_override_pragmas_and_the_longest_input_is_the_default_length()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.rasp", "c = selector_width(select(indices, indices, <=) or select(indices, indices, >));\n");

        RaspCommand run = await RaspCommand.Succeeds("run", file, "--export", "c", "--vocab", "xy", "--engine", "both", "xyx");
        Assert.Equal("c(\"xyx\") = [3, 3, 3]", Assert.Single(run.OutputLines));

        run = await RaspCommand.Succeeds("run", file, "--export", "c", "--vocab", "xy", "--causal", "--engine", "both", "xyx");
        Assert.Equal("c(\"xyx\") = [1, 2, 3]", Assert.Single(run.OutputLines));
    }

    [Fact]
    public async Task A_token_outside_the_vocabulary_is_named_with_its_position()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("r.rasp", Reverse);
        foreach (string[] options in (string[][])[["--engine", "transformer"], ["--engine", "both"], ["--vocab", "abc"]])
        {
            await RaspCommand.Fails(
                "rasp : error : the token \"x\" at position 2 of the input \"abx\" is not in the vocabulary [\"a\", \"b\", \"c\"]; change the input, or --vocab or #pragma vocab",
                ["run", file, .. options, "abx"]);
        }

        string inputs = folder.Write("inputs.jsonl", "\"ab\"\n\"xa\"\n");
        await RaspCommand.Fails(
            $"rasp : error : {inputs}(2): the token \"x\" at position 0 of the input \"xa\" is not in the vocabulary [\"a\", \"b\"]; change the input, or --vocab or #pragma vocab",
            "run", file, "--vocab", "ab", "--inputs", inputs);
    }

    [Fact]
    public async Task An_input_longer_than_the_maximum_is_refused()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("r.rasp", Reverse);
        await RaspCommand.Fails(
            "rasp : error : the input \"abcab\" has 5 tokens, but the maximum length is 4; shorten it, or raise --max-length or #pragma max-length",
            "run", file, "--engine", "both", "abcab");
        await RaspCommand.Fails(
            "rasp : error : the input \"abcab\" has 5 tokens, but the maximum length is 3; shorten it, or raise --max-length or #pragma max-length",
            "run", file, "--max-length", "3", "abcab");
    }

    [Fact]
    public async Task Pragmas_do_not_bound_what_the_interpreter_takes()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("r.rasp", Reverse);
        RaspCommand run = await RaspCommand.Succeeds("run", file, "abxabx");
        Assert.Equal("reverse(\"abxabx\") = [\"x\", \"b\", \"a\", \"x\", \"b\", \"a\"]", Assert.Single(run.OutputLines));
    }

    [Fact]
    public async Task The_transformer_says_which_setting_is_missing()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("r.rasp", "x = indices;\n");
        await RaspCommand.Fails(
            $"{file}(1,1,1,1): error RASP0101: the vocabulary is not given; add '#pragma vocab abc' to the file or pass --vocab",
            "run", file, "--export", "x", "--engine", "transformer", "abc");
    }

    [Fact]
    public async Task A_value_that_does_not_exist_is_an_error_at_its_operation()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("d.rasp", "x = 6 / indices;\n");
        await RaspCommand.Fails(
            $"{file}(1,5,1,16): error RASP0120: for the input [\"a\", \"b\"] the program has no value at position 0: division by zero",
            "run", file, "--export", "x", "ab");
    }

    [Theory]
    [InlineData("rasp : error : 'FILE' has no s-op 'revers'; did you mean 'reverse'?", "--export", "revers", "abc")]
    [InlineData("rasp : error : there is no option '--bogus'; see 'rasp run --help' (write -- before an input that begins with '-')", "--bogus")]
    [InlineData("rasp : error : give exactly one of INPUT, --tokens and --inputs; see 'rasp run --help'")]
    [InlineData("rasp : error : give exactly one of INPUT, --tokens and --inputs; see 'rasp run --help'", "abc", "--tokens", "[]")]
    [InlineData("rasp : error : --engine is interpreter, transformer or both, not 'gpu'; see 'rasp run --help'", "--engine", "gpu", "abc")]
    [InlineData("rasp : error : --max-length needs a positive integer, not '0'; see 'rasp run --help'", "--max-length", "0", "abc")]
    [InlineData("rasp : error : --vocab needs characters or a JSON list, each token once, not 'aab'; see 'rasp run --help'", "--vocab", "aab", "abc")]
    [InlineData("rasp : error : --verify-budget needs a positive integer, not '0'; see 'rasp run --help'", "--verify-budget", "0", "abc")]
    [InlineData("rasp : error : --tokens: a JSON list of tokens is needed, not '[1'", "--tokens", "[1")]
    [InlineData("rasp : error : the file of inputs 'none.jsonl' does not exist", "--inputs", "none.jsonl")]
    public async Task Wrong_options_are_one_line(string expected, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("r.rasp", Reverse);
        await RaspCommand.Fails(expected.Replace("FILE", file, StringComparison.Ordinal), ["run", file, .. arguments]);
    }

    /// <summary>The comment at the top of every example program, "Example: rasp run … prints …", is what happens.</summary>
    [Fact]
    public async Task The_examples_in_the_programs_are_true()
    {
        string[] files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "programs"), "*.rasp");
        Assert.True(files.Length >= 12, $"only {files.Length} programs");
        foreach (string file in files)
        {
            const string Start = "# Example: rasp run ";
            string line = Assert.Single(File.ReadLines(file), l => l.StartsWith(Start, StringComparison.Ordinal));
            string[] parts = line[Start.Length..].Split(" prints ");
            string[] words = parts[0].Split(' ');
            RaspCommand run = await RaspCommand.Succeeds("run", file, "--export", words[2], "--max-length", "8", "--engine", "both", "--json", words[3].Trim('"'));
            JsonElement values = JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement.GetProperty("values");
            Assert.Equal(parts[1].Split(' ').Select(Expected), values.EnumerateArray().Select(v => v.ToString()));
        }

        static string Expected(string value)
        {
            string[] fraction = value.Split('/');
            return fraction.Length == 2 && fraction[0].Length > 0
                ? (double.Parse(fraction[0], System.Globalization.CultureInfo.InvariantCulture) / int.Parse(fraction[1], System.Globalization.CultureInfo.InvariantCulture)).ToString(System.Globalization.CultureInfo.InvariantCulture)
                : value;
        }
    }
}
