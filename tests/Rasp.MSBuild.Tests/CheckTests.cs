using System.Text.Json;

namespace Rasp.MSBuild.Tests;

public sealed class CheckTests
{
    [Theory]
    [InlineData("x = 1;\ny = tokns;\n", "(2,5,2,10): error RASP0030: 'tokns' is not defined; did you mean 'tokens'?")]
    [InlineData("x = indices + tokens;\n", "(1,5,1,21): error RASP0051: '+' cannot be applied to an int s-op and a string s-op; read numbers in the input with tokens_int or tokens_float")]
    [InlineData("x = indices\ny = 2;\n", "(1,12,1,12): error RASP0002: the statement is not finished; end it with ';'")]
    public async Task Each_mistake_is_one_line_with_its_place(string text, string expected)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("a.rasp", text);

        RaspCommand run = await RaspCommand.Run("check", file);

        Assert.Equal([file + expected, "1 file: 1 error, 0 warnings"], run.OutputLines);
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task An_unknown_file_is_named()
    {
        using TemporaryFolder folder = new();
        RaspCommand run = await RaspCommand.Run("check", folder["none.rasp"]);

        Assert.StartsWith(folder["none.rasp"] + "(1,1,1,1): error RASP0020: ", run.OutputLines[0], StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Json_has_an_object_a_diagnostic()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("a.rasp", "x = 1;\ny = tokns;\n");

        RaspCommand run = await RaspCommand.Run("check", "--json", file);

        JsonElement diagnostic = JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement;
        Assert.Equal(file, diagnostic.GetProperty("file").GetString());
        Assert.Equal((2, 5, 2, 10), (Number("line"), Number("column"), Number("endLine"), Number("endColumn")));
        Assert.Equal("error", diagnostic.GetProperty("severity").GetString());
        Assert.Equal("RASP0030", diagnostic.GetProperty("code").GetString());
        Assert.Equal(1, run.ExitCode);

        int Number(string name) => diagnostic.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData("check")]
    [InlineData("run", "abc")]
    [InlineData("compile")]
    public async Task Warnings_can_count_as_errors(string verb, params string[] input)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("a.rasp", "#pragma export a\n#pragma vocab abc\n#pragma max-length 3\na = indices % 2 * 2;\n");
        string[] output = verb == "compile" ? ["-o", folder.Path] : [];

        RaspCommand run = await RaspCommand.Run([verb, file, .. input, .. output, "--warnaserror"]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{file}(4,5,4,20): error RASP0085: ", (run.Error + run.Output).Split('\n')[0], StringComparison.Ordinal);
        Assert.False(File.Exists(folder["a.json"]));

        run = await RaspCommand.Run([verb, file, .. input, .. output]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(": warning RASP0085: ", run.Error + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_leave_the_exit_code_at_0()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("a.rasp", "x = tokens == \"a\" or tokens == \"b\" and tokens == \"c\";\n");

        RaspCommand run = await RaspCommand.Succeeds("check", file);

        Assert.Contains(": warning RASP0080: ", run.OutputLines[0], StringComparison.Ordinal);
        Assert.Equal("1 file: 0 errors, 1 warning", run.OutputLines[1]);
    }
}
