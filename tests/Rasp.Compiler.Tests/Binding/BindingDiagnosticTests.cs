using Rasp.Compiler.Diagnostics;

namespace Rasp.Compiler.Tests.Binding;

/// <summary>Names, calls and types: each mistake is one diagnostic at the expression, whatever the input would be.</summary>
public class BindingDiagnosticTests
{
    [Theory]
    [InlineData("a = «missing»;", "RASP0030")]
    [InlineData("a = «missing» + 1;\nb = a + tokens;\nc = select(a, b, ==);", "RASP0030")]
    [InlineData("a = «b»;\nb = indices;", "RASP0030")]
    [InlineData("«length» = 3;", "RASP0031")]
    [InlineData("«tokens_int» = 3;", "RASP0031")]
    [InlineData("def «sort»(a, b) { return a; }", "RASP0031")]
    [InlineData("def f(«indices») { return 1; }\na = f(2);", "RASP0031")]
    [InlineData("a = «sort(tokens)»;", "RASP0032")]
    [InlineData("a = «aggregate(full_s)»;", "RASP0032")]
    [InlineData("def f(x) { return x; }\na = «f(1, 2)»;", "RASP0032")]
    [InlineData("a = «indices(1, 2)»;", "RASP0032")]
    [InlineData("a = 1;\nb = «a»(2);", "RASP0033")]
    [InlineData("«return 1;»", "RASP0034")]
    [InlineData("def f(x) { «return x;» return x; }\na = f(1);", "RASP0034")]
    [InlineData("def «f»(x) { y = x; }", "RASP0035")]
    [InlineData("def f(x, «x») { return x; }", "RASP0036")]
    [InlineData("«a, b = 1, 2, 3;»", "RASP0037")]
    [InlineData("for i, j in «[1, 2]» { a = i; }", "RASP0037")]
    [InlineData("for i in «indices» { a = i; }", "RASP0050")]
    [InlineData("a = aggregate(«indices», indices);", "RASP0050")]
    [InlineData("a = aggregate(full_s, «full_s»);", "RASP0050")]
    [InlineData("a = «full_s» + 1;", "RASP0050")]
    [InlineData("a = full_s and «indices»;", "RASP0050")]
    [InlineData("a = len(«indices»);", "RASP0050")]
    [InlineData("a = «sort» + 1;", "RASP0050")]
    [InlineData("a = aggregate(full_s, indices, «tokens»);", "RASP0050")]
    [InlineData("a = range(«1.5»);", "RASP0050")]
    [InlineData("a = {«[1]»: 2};", "RASP0050")]
    [InlineData("a = [1, 2][«\"a\"»];", "RASP0050")]
    [InlineData("a = indices[«indices»];", "RASP0050")]
    [InlineData("a = «full_s»[0];", "RASP0050")]
    [InlineData("a = «full_s» == full_s;", "RASP0050")]
    [InlineData("a = «max» if indices == 0 else min;", "RASP0050")]
    [InlineData("a = 1 in «full_s»;", "RASP0050")]
    [InlineData("a = «full_s» in [1];", "RASP0050")]
    [InlineData("a = indices(«1»);", "RASP0050")]
    [InlineData("a = full_s(«indices»);", "RASP0050")]
    [InlineData("draw(indices, «1»);", "RASP0050")]
    [InlineData("draw(«full_s»);", "RASP0050")]
    [InlineData("a = zip([1], «{1: 2}»);", "RASP0050")]
    [InlineData("a = indices(«[1, \"a\"]»);", "RASP0056")]
    [InlineData("a = tokens in «[indices]»;", "RASP0056")]
    [InlineData("a = «\"a\" in indices»;", "RASP0054")]
    [InlineData("a = «zip([1], [2, 3])»;", "RASP0061")]
    [InlineData("a = aggregate(full_s, «tokens»);", "RASP0062")]
    [InlineData("a = aggregate(select(indices, indices, <=), «tokens == \"a\"»);", "RASP0062")]
    [InlineData("a = aggregate(not select(indices, indices, ==), «tokens», \"-\");", "RASP0062")]
    [InlineData("a = «average(tokens)»;", "RASP0062")]
    [InlineData("a = «1 if indices == 0 else \"a\"»;", "RASP0053")]
    [InlineData("a = «tokens_bool if indices == 0 else indices»;", "RASP0053")]
    [InlineData("a = «(indices == 0) + (indices == 1)»;", "RASP0051")]
    [InlineData("a = «round(indices == 0)»;", "RASP0052")]
    [InlineData("a = «indices ^ (indices == 0)»;", "RASP0051")]
    [InlineData("a = «{\"a\": 1, \"b\": \"c\"}[tokens]»;", "RASP0056")]
    [InlineData("a = «{\"a\": indices}[tokens]»;", "RASP0056")]
    [InlineData("a = [1, 2][«tokens»];", "RASP0050")]
    [InlineData("a = «{1: 2}[tokens]»;", "RASP0054")]
    [InlineData("a = «count(tokens, 1)»;", "RASP0054")]
    [InlineData("a = «sort(tokens, full_s)»;", "RASP0050")]
    [InlineData("a = «tokens + indices»;", "RASP0051")]
    [InlineData("a = «tokens - tokens»;", "RASP0051")]
    [InlineData("a = «(indices == 0) + 1»;", "RASP0051")]
    [InlineData("a = «-tokens»;", "RASP0052")]
    [InlineData("a = «round(tokens)»;", "RASP0052")]
    [InlineData("a = «tokens if indices == 0 else indices»;", "RASP0053")]
    [InlineData("a = «tokens == 1»;", "RASP0054")]
    [InlineData("a = «tokens < indices»;", "RASP0054")]
    [InlineData("a = «select(tokens, indices, ==)»;", "RASP0054")]
    [InlineData("a = «{\"a\": 1}[indices]»;", "RASP0054")]
    [InlineData("a = aggregate(select(tokens, tokens, ==), tokens, «0»);", "RASP0055")]
    [InlineData("a = «[1, \"a\"][indices]»;", "RASP0056")]
    [InlineData("a = [1, 2][«2»];", "RASP0057")]
    [InlineData("a = \"ab\"[«-3»];", "RASP0057")]
    [InlineData("a = {\"a\": 1}[«\"b\"»];", "RASP0058")]
    [InlineData("a = «1 / 0»;", "RASP0059")]
    [InlineData("a = range(1, 2, «0»);", "RASP0060")]
    [InlineData("def f(x) { return «f(x)»; }\na = f(1);", "RASP0070")]
    [InlineData("a = «range(100000000)»;", "RASP0071")]
    [InlineData("def f(x) { «load \"x\";» return x; }\na = f(1);", "RASP0023")]
    public void A_mistake_is_one_diagnostic_at_its_place(string source, string code) => MarkedSource.Check(source, code);

    [Fact]
    public void As_many_errors_as_mistakes() =>
        MarkedSource.Check("a = «x» + 1;\nb = «tokens + 1»;\nc = a + b;\nd = «-tokens»;\ne = c == d;", "RASP0030", "RASP0051", "RASP0052");

    [Fact]
    public void A_mistake_in_a_function_is_reported_once_however_often_it_is_called() =>
        MarkedSource.Check("def f(x) { return «y» + x; }\na = f(1);\nb = f(2);\nc = f(indices);", "RASP0030");

    [Fact]
    public void A_function_that_nobody_calls_is_checked_too() =>
        MarkedSource.Check("def f(x) { y = x + «z»; return y if x == 0 else f(x - 1); }\na = 1;", "RASP0030");

    [Fact]
    public void A_mistake_in_a_library_call_is_reported_at_the_call() =>
        MarkedSource.Check("a = «shift(tokens, \"x\", \"-\")»;", "RASP0051");

    [Theory]
    [InlineData("a = aggregate(select(indices, 0, ==), tokens);")]
    [InlineData("a = aggregate(select(indices, length - 1 - indices, ==), tokens);")]
    [InlineData("a = aggregate(select(tokens, tokens, ==), tokens);")]
    [InlineData("a = aggregate(full_s, indicator(tokens == \"a\"));")]
    [InlineData("a = {\"a\": 1, \"b\": 0.5}[tokens];")]
    [InlineData("a = tokens in [1, \"a\", True];")]
    [InlineData("a = indices([1, 0.5]);\nb = full_s(\"ab\");\ndraw(indices, \"abc\");")]
    public void What_some_input_gives_a_value_is_no_type_error(string source) => MarkedSource.Check(source);

    [Theory]
    [InlineData("a = «slect»(indices, indices, ==);", "select")]
    [InlineData("a = aggregate(«selct»(indices, indices, <=), indices);", "select")]
    [InlineData("«fro» i in [1, 2] { a = i; }", "for")]
    [InlineData("def f(x) { «retrun» x; }", "return")]
    [InlineData("a = indices == 0 «adn» indices == 1;", "and")]
    [InlineData("a = «nto» indices;", "not")]
    [InlineData("«laod» \"x\";", "load")]
    [InlineData("a = 1 «fi» indices == 0 else 2;", "if")]
    public void A_misspelt_keyword_gets_a_suggestion(string source, string suggestion)
    {
        MarkedSource marked = MarkedSource.Parse(source);
        Diagnostic diagnostic = Compilation.Parse(marked.Text, "test.rasp").Diagnostics[0];
        Assert.Equal("RASP0017", diagnostic.Code);
        Assert.Equal(marked.Places[0], $"({diagnostic.Span.StartLine},{diagnostic.Span.StartColumn},{diagnostic.Span.EndLine},{diagnostic.Span.EndColumn})");
        Assert.EndsWith($"did you mean '{suggestion}'?", diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a = indicse;", "indices")]
    [InlineData("a = agregate(full_s, indices);", "aggregate")]
    [InlineData("a = Length;", "length")]
    [InlineData("my_value = 1;\na = my_vlaue;", "my_value")]
    public void A_misspelt_name_gets_a_suggestion(string source, string suggestion)
    {
        Diagnostic diagnostic = Assert.Single(Compilation.Parse(source, "test.rasp").Diagnostics);
        Assert.Equal("RASP0030", diagnostic.Code);
        Assert.EndsWith($"did you mean '{suggestion}'?", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_like_no_other_gets_none()
    {
        Diagnostic diagnostic = Assert.Single(Compilation.Parse("a = quux_frobnicate;", "test.rasp").Diagnostics);
        Assert.DoesNotContain("did you mean", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Exponential_unrolling_is_bounded()
    {
        string source = "def f(n, x) { return x if n == 0 else f(n - 1, x) + f(n - 1, x); }\na = f(100, indices);";
        Assert.Contains(Compilation.Parse(source, "test.rasp").Diagnostics, d => d.Code == "RASP0071");
    }

    [Fact]
    public void A_diagnostic_prints_in_the_form_that_builds_understand() =>
        Assert.Equal(
            "test.rasp(1,5,1,12): error RASP0051: '+' cannot be applied to a string and an int; read numbers in the input with tokens_int or tokens_float",
            Compilation.Parse("a = \"a\" + 1;", "test.rasp").Diagnostics.Single().ToString());
}
