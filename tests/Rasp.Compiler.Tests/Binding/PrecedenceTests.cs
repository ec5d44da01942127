namespace Rasp.Compiler.Tests.Binding;

/// <summary>The language's own precedence, where it is not what one expects.</summary>
public class PrecedenceTests
{
    [Theory]
    [InlineData("2^3^2", "64")]
    [InlineData("-2^2", "4")]
    [InlineData("2^-1", "1/2")]
    [InlineData("7%4*2", "7")]
    [InlineData("2+7%4", "5")]
    [InlineData("10-4-3", "3")]
    [InlineData("24/4/3", "2")]
    [InlineData("round(2.5)", "2")]
    [InlineData("round(3.5)", "4")]
    [InlineData("round(-2.5)", "-2")]
    [InlineData("-7%3", "2")]
    [InlineData("1 if True else 2 if False else 3", "3")]
    [InlineData("0.1+0.2", "3/10")]
    [InlineData("4/2", "2")]
    public void A_number_expression_groups_as_the_language_says(string expression, string value) =>
        Assert.Equal(value, Running.Show($"indices * 0 + ({expression})", "x"));

    [Theory]
    [InlineData("True or False and False", "False")]
    [InlineData("False and False or True", "True")]
    [InlineData("not 2 == 1", "False")]
    [InlineData("not 0 == 1", "True")]
    [InlineData("not \"a\" in [\"b\"]", "False")]
    [InlineData("1 in [2] if False else [1]", "True")]
    [InlineData("1 + 1 == 2 and 2 < 3", "True")]
    [InlineData("not True or True", "True")]
    public void A_condition_groups_as_the_language_says(string expression, string value) =>
        Assert.Equal(value, Running.Show($"(indices == 0) == ({expression})", "x"));

    [Theory]
    [InlineData("a = «indices == 0 or indices == 1 and indices == 2»;", "RASP0080")]
    [InlineData("a = «not indices == 0»;", "RASP0081")]
    [InlineData("a = «not tokens in [\"a\"]»;", "RASP0081")]
    [InlineData("a = «not tokens == \"a\"»;", "RASP0081")]
    public void A_surprising_grouping_is_a_warning(string source, string code)
    {
        MarkedSource.Check(source, code);
        Assert.NotNull(Compilation.Parse(MarkedSource.Parse(source).Text, "test.rasp").Program);
    }

    [Theory]
    [InlineData("a = (indices == 0 or indices == 1) and indices == 2;")]
    [InlineData("a = indices == 0 and indices == 1 or indices == 2;")]
    [InlineData("a = not (indices == 0);")]
    [InlineData("a = (not (indices == 0)) == True;")]
    public void Parentheses_silence_the_warning(string source) => MarkedSource.Check(source);
}
