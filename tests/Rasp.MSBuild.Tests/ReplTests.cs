using Rasp.Tool;

namespace Rasp.MSBuild.Tests;

public sealed class ReplTests
{
    [Fact]
    public async Task Answers_until_the_input_ends()
    {
        (int exitCode, string output, string error) = await Run("reverse = aggregate(select(indices, length - 1 - indices, ==), tokens);\n");
        Assert.Equal(
            "RASP 0.1\nrunning example is: hello\n>>      s-op: reverse\n \t Example: reverse(\"hello\") = [o, l, l, e, h] (strings)\n>> \n", output);
        Assert.Empty(error);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Files_are_loaded_first()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("own.rasp", "a = 3;\n");
        (_, string output, _) = await Run("a + 1;\n", file);
        Assert.Equal("RASP 0.1\nrunning example is: hello\n    value: a =  3\n>>     value: out =  4\n>> \n", output);
    }

    [Fact]
    public async Task A_mistake_does_not_end_it()
    {
        (int exitCode, string output, _) = await Run("x;\n3;\n");
        Assert.EndsWith(">>     value: out =  3\n>> \n", output, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Stops_when_it_is_told_to()
    {
        using CancellationTokenSource stop = new();
        using BlockingReader input = new(stop);
        using StringWriter output = new();
        Assert.Equal(0, await RaspCommandLine.InvokeAsync(["repl"], input, output, TextWriter.Null, stop.Token));
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(string input, params string[] files)
    {
        using StringReader reader = new(input);
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = await RaspCommandLine.InvokeAsync(["repl", .. files], reader, output, error, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Somebody who presses Ctrl-C instead of typing a line.</summary>
    private sealed class BlockingReader(CancellationTokenSource stop) : TextReader
    {
        public override string? ReadLine()
        {
            stop.Cancel();
            Thread.Sleep(TimeSpan.FromSeconds(2));
            return null;
        }
    }
}
