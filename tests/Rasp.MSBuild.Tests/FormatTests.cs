namespace Rasp.MSBuild.Tests;

public sealed class FormatTests
{
    private const string Untidy = "#pragma export b\na=1;# one\n\n\n\ndef f( x ){\n# inside\nreturn x+a ;}\nb = f(indices);";

    private const string Tidy = "#pragma export b\na = 1; # one\n\ndef f(x) {\n    # inside\n    return x + a;\n}\nb = f(indices);\n";

    [Fact]
    public async Task A_file_is_written_in_one_style_and_stays_so()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("a.rasp", Untidy);

        RaspCommand first = await RaspCommand.Succeeds("format", file);
        Assert.Equal([$"{file} formatted"], first.OutputLines);
        Assert.Equal(Tidy, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        RaspCommand second = await RaspCommand.Succeeds("format", file);
        Assert.Empty(second.Output);
        await RaspCommand.Succeeds("format", "--check", file);
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file) ?? string.Empty));
    }

    [Fact]
    public async Task Check_names_the_files_and_writes_nothing()
    {
        using TemporaryFolder folder = new();
        string untidy = folder.Write("a.rasp", Untidy);
        string tidy = folder.Write("b.rasp", Tidy.Replace("\n", "\r\n", StringComparison.Ordinal));

        RaspCommand run = await RaspCommand.Run("format", "--check", untidy, tidy);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal([$"{untidy} is not formatted"], run.OutputLines);
        Assert.Equal(Untidy, await File.ReadAllTextAsync(untidy, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_with_a_syntax_error_is_left_alone()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("a.rasp", "a = 1 +  # why\n 2;\n");

        await RaspCommand.Fails(
            $"{file}(1,10,1,15): error RASP0005: a comment inside a statement makes other RASP interpreters drop the rest of the file; move it before or after the statement",
            "format",
            file);
        Assert.Equal("a = 1 +  # why\n 2;\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        using TemporaryFolder folder = new();
        await RaspCommand.Fails($"rasp : error : the file '{folder["none.rasp"]}' does not exist; check its name and folder", "format", folder["none.rasp"]);
    }
}
