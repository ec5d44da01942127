using Rasp.Compiler.Diagnostics;

namespace Rasp.Compiler.Tests.Warnings;

/// <summary>Unused names, names that hide others, values that nothing reads; and what must not be reported.</summary>
public class DoubtfulNameTests
{
    private const string Export = "#pragma export a\na = indices * 3;\n";

    [Theory]
    [InlineData(Export + "«b» = indices + 1;", "RASP0090")]
    [InlineData(Export + "def «f»(x) { return 1 if x == 0 else f(x - 1); }", "RASP0090")]
    [InlineData(Export + "«s» = select(indices, indices, ==);", "RASP0090")]
    [InlineData(Export + "b = 1;\n«b» = b + indices;", "RASP0090")]
    [InlineData(Export + "«b» = 0;\nfor i in [1, 2] { «c» = i; }", "RASP0090", "RASP0090")]
    [InlineData("«_b» = 1;\na = indices;", "RASP0090")]
    [InlineData("def f(x, «y») { return x; }", "RASP0091")]
    [InlineData("def f(x) { «y» = x; return x; }", "RASP0092")]
    [InlineData("def f(x) { def «g»(z) { return z; } return x; }", "RASP0092")]
    [InlineData("def f(x) { y = 0; for i in [1, 2] { «y» = y + i; } return x; }", "RASP0092")]
    [InlineData("def f(«max») { return max; }", "RASP0093")]
    [InlineData("def f(x) { «length» = x; return length; }", "RASP0093")]
    [InlineData("def f(«tokens») { return tokens; }", "RASP0093")]
    [InlineData("b = 1;\ndef f(«b») { return b; }", "RASP0093")]
    [InlineData("a = 1;\n«a» = 2;\nb = a;", "RASP0094")]
    [InlineData("def f(x) { y = x; «y» = x + 1; return y; }", "RASP0094")]
    [InlineData("def f(x) { return x; }\ndef «f»(x) { return x + 1; }\na = f(1);", "RASP0094")]
    public void A_doubtful_name_is_a_warning(string source, params string[] codes)
    {
        Assert.All(MarkedSource.Check(source, codes), d => Assert.Equal(Severity.Warning, d.Severity));
        Assert.NotNull(Compilation.Parse(MarkedSource.Parse(source).Text, "test.rasp").Program);
    }

    [Theory]
    [InlineData("a = indices;\nb = tokens;\nc = 1;")]
    [InlineData(Export + "b = indices * 3;")]
    [InlineData("#pragma export a, b\na, b = indices, tokens;")]
    [InlineData("#pragma export a\na, b = indices, tokens;")]
    [InlineData("#pragma export a\nb = 2;\ndef f(x) { return x + b; }\na = f(indices);")]
    [InlineData("#pragma export a\na = 0 * indices;\nfor i in range(3) { a = a + indices; }")]
    [InlineData("def f(_x, y) { _z = y; return y; }")]
    [InlineData("def f(x) { a, b = x, 1; return a; }")]
    [InlineData("def f(x) { def g(y) { return x + y; } return g(1); }")]
    [InlineData("def f(x) { later = x; return later; }\nlater = 1;")]
    [InlineData("for i in [1] { a = i; }\ndef f(x) { for i in [1, 2] { x = x + i; } return x; }")]
    [InlineData("a = 1;\na = a + 1;\ntokens = tokens_int;\nb = tokens;")]
    [InlineData("def f() { return a; }\na = 1;\nb = f();\na = 2;\nc = f();")]
    [InlineData("a = 0;\nfor i in [1, 2] { a = a + i; }\nfor i in [1] { a = i; }\nb = a;")]
    [InlineData("set example \"hi\"\na = 1;\na = 2;\n_b = 3;")]
    public void What_a_user_means_is_none(string source) => MarkedSource.Check(source);

    [Fact]
    public void After_an_error_nothing_is_called_unused() =>
        MarkedSource.Check("#pragma export a\nb = indices;\na = «c» + 1;", "RASP0030");

    [Fact]
    public void Examples_and_library_functions_give_no_warnings()
    {
        string[] programs = Directory.GetFiles(Path.Combine(Rasp.Testing.Repository.Root, "examples", "programs"), "*.rasp");
        Assert.NotEmpty(programs);
        Assert.All(programs, p => Assert.Empty(Compilation.Load(p).Diagnostics));
    }
}
