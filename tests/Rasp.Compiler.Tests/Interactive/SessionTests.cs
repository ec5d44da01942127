namespace Rasp.Compiler.Tests.Interactive;

/// <summary>What a prompt does on purpose unlike the original, or what the original cannot show without a display.</summary>
public sealed class SessionTests
{
    [Fact]
    public void Errors_have_a_place_and_a_code() =>
        Assert.Equal(
            "\t\t!!ignoring input:\n\t (3,8): RASP0030: 'missing' is not defined; define it before this line",
            Session.Answers("1", ";# first", "x = 3 +missing;").Split('\n', 2)[1]);

    [Fact]
    public void A_file_name_that_can_be_none_is_an_error() =>
        Assert.StartsWith("\t\t!!ignoring input:\n\t (1,1): RASP0021", Session.Answers("load \"a\0b\";"), StringComparison.Ordinal);

    [Fact]
    public void Two_statements_on_a_line_both_run() =>
        Assert.Equal("    value: out =  3\n    value: out =  4", Session.Answers("3; 4;"));

    [Fact]
    public void A_missing_semicolon_is_an_error_and_the_next_line_runs() =>
        Assert.Equal(
            "\t\t!!ignoring input:\n\t (1,6): RASP0002: the statement is not finished; end it with ';'\n    value: b =  4",
            Session.Answers("a = 3", "b = 4;"));

    [Fact]
    public void A_statement_without_an_end_is_an_error_at_the_end()
    {
        string[] lines = Session.Run("3;\nx = 4").Output.Split('\n');
        Assert.Equal(">> .. ", lines[^4]);
        Assert.Equal("\t\t!!ignoring input:", lines[^3]);
        Assert.StartsWith("\t (2,6): RASP0002", lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void Spaces_before_parentheses_are_accepted() =>
        Assert.Equal(
            "     s-op: out\n \t Example: out(\"hello\") = [2.0]*5 (floats)", Session.Answers("aggregate (full_s, indices);"));

    [Fact]
    public void An_s_op_stays_defined_when_the_example_does_not_suit_it()
    {
        string answers = Session.Answers("n = tokens_int + 1;", "n([4, 5]);");
        Assert.StartsWith("\t\t!!ignoring input:\n\t (1,1): RASP0059", answers, StringComparison.Ordinal);
        Assert.EndsWith("\t =  [5, 6] (ints)", answers, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_shows_the_values() =>
        Assert.Equal(
            "\t =  [0, 1] (ints)\n\t =  [0, 1, 2, 3, 4] (ints)", Session.Answers("draw(indices, \"ab\");", "draw(indices);"));

    [Fact]
    public void Traps_are_warnings_apart_from_the_answers()
    {
        Session session = Session.Run("not 1 == 2;\n");
        Assert.Equal("RASP 0.1\nrunning example is: hello\n>>     value: out =  False\n>> \n", session.Output);
        Assert.StartsWith("(1,1): RASP0081", session.Warnings, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_as_they_are_have_the_type_of_the_example() =>
        Assert.Equal(
            "     s-op: out\n \t Example: out([1, 2.5]) = [2.0, 3.5] (floats)",
            Session.Answers("set example [1, 2.5]", "tokens_asis + 1;"));

    [Fact]
    public void Numbers_are_printed_as_the_tokens_they_were() =>
        Assert.Equal(
            "     s-op: tokens\n \t Example: tokens([2.5, -3]) = [2.5, -3] (strings)\n     s-op: tokens_int\n \t Example: tokens_int([2.5, -3]) = [2, -3] (ints)",
            Session.Answers("set example [2.5, -3]", "tokens;", "tokens_int;"));

    [Fact]
    public void A_file_that_loads_itself_is_an_error()
    {
        string folder = Directory.CreateTempSubdirectory("rasp").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "round.rasp"), "a = 1;\nload \"round\";\nb = 2;\n");
            string output = Session.Run("load \"round\";\nb;\n", folder).Output;
            Assert.Contains("round.rasp(2,1): RASP0022", output, StringComparison.Ordinal);
            Assert.EndsWith(">>     value: b =  2\n>> \n", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_same_mistake_is_reported_each_time_it_is_made() =>
        Assert.Equal(4, Session.Answers("def f(a) { return a + gone; }", "f(1);", "f(1);").Split('\n').Count(l => l.StartsWith('\t')));

    [Fact]
    public void Nothing_runs_after_exit() => Assert.Equal("    value: out =  1", Session.Answers("1;", "exit", "2;"));
}
