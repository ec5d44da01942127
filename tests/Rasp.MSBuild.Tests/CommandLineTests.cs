namespace Rasp.MSBuild.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("rasp : error : Unrecognized command or argument 'cmpile'; see 'rasp --help'", "cmpile", "a.rasp")]
    [InlineData("rasp : error : Required argument missing for option: '--export'; see 'rasp compile --help'", "compile", "a.rasp", "--export")]
    [InlineData("rasp : error : there is no option '--outptu'; see 'rasp check --help' (write -- before an input that begins with '-')", "check", "--outptu", "a.rasp")]
    [InlineData("rasp : error : Unrecognized command or argument '--outptu'; see 'rasp compile --help'", "compile", "a.rasp", "--outptu", "out")]
    public Task A_command_line_that_is_not_understood_is_one_line(string expected, params string[] arguments) =>
        RaspCommand.Fails(expected, arguments);

    [Fact]
    public async Task Without_a_verb_the_help_is_printed()
    {
        RaspCommand run = await RaspCommand.Run();
        Assert.Equal(1, run.ExitCode);
        foreach (string verb in (string[])["check", "run", "compile", "inspect", "pretrain", "inject"]) Assert.Contains($"  {verb} ", run.Output, StringComparison.Ordinal);
    }
}
