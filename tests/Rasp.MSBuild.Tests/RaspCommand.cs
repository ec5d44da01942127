using Rasp.Tool;

namespace Rasp.MSBuild.Tests;

/// <summary>What one run of the <c>rasp</c> command, inside the test's process, printed and returned.</summary>
internal sealed record RaspCommand(int ExitCode, string Output, string Error)
{
    public string[] OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static async Task<RaspCommand> Run(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = await RaspCommandLine.InvokeAsync(arguments, output, error, TestContext.Current.CancellationToken);
        return new RaspCommand(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs, and asserts that it failed as every expected failure must: exit code 1 and this one line, nothing else.</summary>
    public static async Task Fails(string expectedLine, params string[] arguments)
    {
        RaspCommand run = await Run(arguments);
        Assert.Equal(expectedLine, Assert.Single(run.ErrorLines));
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
    }

    public static async Task<RaspCommand> Succeeds(params string[] arguments)
    {
        RaspCommand run = await Run(arguments);
        Assert.Equal(string.Empty, run.Error);
        Assert.Equal(0, run.ExitCode);
        return run;
    }
}
