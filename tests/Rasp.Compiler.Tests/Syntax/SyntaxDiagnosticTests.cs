using Rasp.Compiler.Diagnostics;

namespace Rasp.Compiler.Tests.Syntax;

/// <summary>Every syntax error is one diagnostic at its place, and what stands around it still counts.</summary>
public class SyntaxDiagnosticTests
{
    [Theory]
    [InlineData("a = 1«»\nb = 2;", "RASP0002")]
    [InlineData("a = indices«»\nb = a + 1;", "RASP0002")]
    [InlineData("indices«»\nb = 2;", "RASP0002")]
    [InlineData("a = 1;\nb = a«»", "RASP0002")]
    [InlineData("a = 1;\nb = a +«»", "RASP0002")]
    [InlineData("def f(x) { y = x«» \n return y; }\nz = f(1);", "RASP0002")]
    [InlineData("def f(x) { return x«» }\nz = f(1);", "RASP0002")]
    [InlineData("a = «\"abc»\nb = 1;", "RASP0003")]
    [InlineData("a = 1 «$» 2;\nb = 1;", "RASP0004")]
    [InlineData("a = 1 + «# one»\n 2;", "RASP0005")]
    [InlineData("a = [1, «# one»\n 2]; # fine\nb = 1;", "RASP0005")]
    [InlineData("a = select«(»indices, indices, ==;\nb = 1;", "RASP0007")]
    [InlineData("a = «[»1, 2\nb = 1;", "RASP0007")]
    [InlineData("def f(x) «{» return x;\n", "RASP0007")]
    [InlineData("a = 1«)»;\nb = 1;", "RASP0008")]
    [InlineData("a = 1;\n«}»\nb = 1;", "RASP0008")]
    [InlineData("a = 1 «!=» 2;\nb = 1;", "RASP0009")]
    [InlineData("a = (1 «=» 2);\nb = 1;", "RASP0010")]
    [InlineData("a = «99999999999999999999»;", "RASP0011")]
    [InlineData("«s-ops» examples on", "RASP0012")]
    [InlineData("a = 1 + «;»\nb = 1;", "RASP0001")]
    [InlineData("a = 2 «3»;\nb = 1;", "RASP0001")]
    [InlineData("a = 4 /«/» 2;\nb = 1;", "RASP0001")]
    public void A_syntax_error_is_reported_at_its_place(string source, string code) => MarkedSource.Check(source, code);

    [Fact]
    public void Errors_of_several_statements_are_all_reported_and_names_of_broken_ones_do_not_cascade() =>
        MarkedSource.Check(
            "a = 1 «$» 2;\nb = a + 1;\nc = «[»1;\ndef f(x) { y = «*» x; return y; }\nd = f(b) + c;\ne = «missing»;",
            "RASP0004", "RASP0007", "RASP0001", "RASP0030");

    [Fact]
    public void A_missing_semicolon_does_not_hide_errors_around_it() =>
        MarkedSource.Check("a = «b»«»\nc = «d»;", "RASP0030", "RASP0002", "RASP0030");

    [Theory]
    [InlineData("#pragma vocab ab\na = indices; # a comment\n# another\ndef f(x) { # in a body\n y = x; # and after\n return y; # here\n} # too\n")]
    [InlineData("set example \"hello\"\nshow example\nset s-op example [1, 2]\nset selector example \"x\" # comment\nexamples off\ns-op examples on\nselector examples off\nfull seq display on\nx = indices; exit")]
    [InlineData("hello = \"hello\"; set example hello\nfull seq display off")]
    [InlineData("draw(indices); draw(tokens, \"abc\"); quit()")]
    [InlineData("on = 1; example = on; selector = example; exit = selector + on; show = 3;")]
    [InlineData("a = aggregate (select (indices, indices, ==), indices) ; b = len ([1]);")]
    [InlineData("a = 1; b = 2; c, d = a, b;")]
    [InlineData("\uFEFFa = 1;\r\nb = a;\r\n")]
    [InlineData("")]
    public void What_the_language_accepts_gives_no_diagnostic(string source) => MarkedSource.Check(source);

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("round(", ")")]
    [InlineData("{1: ", "}")]
    [InlineData("1 if ", " else 2")]
    public void Deep_nesting_is_a_diagnostic_and_no_crash(string open, string close)
    {
        string source = "x = " + string.Concat(Enumerable.Repeat(open, 5000)) + "1" + string.Concat(Enumerable.Repeat(close, 5000)) + ";";
        Diagnostic diagnostic = Assert.Single(Compilation.Parse(source, "deep.rasp").Diagnostics);
        Assert.Equal("RASP0006", diagnostic.Code);
    }

    [Fact]
    public void Deep_definitions_are_a_diagnostic()
    {
        string source = string.Concat(Enumerable.Repeat("def f(x) { ", 5000));
        Assert.Contains(Compilation.Parse(source, "deep.rasp").Diagnostics, d => d.Code == "RASP0006");
    }

    [Fact]
    public void A_chain_of_operators_may_be_long()
    {
        string source = "x = indices" + string.Concat(Enumerable.Repeat(" + 1", 3000)) + ";";
        Assert.Empty(Compilation.Parse(source, "long.rasp").Diagnostics);
    }

    [Theory]
    [InlineData("«#pragma vocabulary abc»", "RASP0013")]
    [InlineData("«#pragma max-length ten»", "RASP0014")]
    [InlineData("«#pragma max-length 0»", "RASP0014")]
    [InlineData("«#pragma vocab aab»", "RASP0014")]
    [InlineData("«#pragma vocab [\"a\", true]»", "RASP0014")]
    [InlineData("«#pragma vocab»", "RASP0014")]
    [InlineData("«#pragma causal yes»", "RASP0014")]
    [InlineData("«#pragma export a b»\na = indices;", "RASP0014")]
    [InlineData("«#pragma»", "RASP0014")]
    [InlineData("#pragma export a, «bb»\na = indices;", "RASP0038")]
    [InlineData("#pragma export «a»\na = 1;", "RASP0038")]
    public void A_pragma_that_cannot_be_followed_is_reported(string source, string code) => MarkedSource.Check(source, code);
}
