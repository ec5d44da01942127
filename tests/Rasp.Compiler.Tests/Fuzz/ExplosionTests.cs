using Rasp.Compiler.Diagnostics;
using Rasp.Compiler.Interpretation;

namespace Rasp.Compiler.Tests.Fuzz;

/// <summary>Short programs that once took for ever, all memory or the stack, and some that are near it.</summary>
public class ExplosionTests
{
    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("{1: ")]
    [InlineData("{1: [")]
    [InlineData("f(")]
    [InlineData("select(")]
    [InlineData("def f() {")]
    [InlineData("for i in [")]
    public void A_hundred_thousand_open_brackets_are_one_error(string open) =>
        Fails("x = " + string.Concat(Enumerable.Repeat(open, 100_000)), "RASP0006");

    [Fact]
    public void Nested_dictionaries_are_read_once() =>
        Fails($"x = {Repeat("{{load(a): +[\"a\" for b in ", 40)} 1;");

    [Fact]
    public void Many_broken_statements_with_open_brackets_are_not_deep()
    {
        Compilation compilation = Compilation.Parse(Repeat("x = (1;\n", 1000), "test.rasp");
        Assert.DoesNotContain(compilation.Diagnostics, d => d.Code == "RASP0006");
        Assert.True(compilation.Diagnostics.Length >= 1000);
    }

    [Theory]
    [InlineData("x = range(1000000000);", "RASP0071")]
    [InlineData("x = range(-9223372036854775807 - 1, 9223372036854775807);", "RASP0071")]
    [InlineData("for i in range(1000000000) { x = i; }", "RASP0071")]
    [InlineData("x = [[i + j for i in range(10000)] for j in range(10000)];", "RASP0071")]
    [InlineData("x = [0]; for i in range(100) { x = x + x; }", "RASP0071")]
    [InlineData("x = [0] * 1000000000000;", "RASP0071")]
    [InlineData("x = \"ab\" * 9223372036854775807;", "RASP0059")]
    [InlineData("x = \"ab\"; for i in range(100) { x = x + x; }", "RASP0059")]
    [InlineData("def f(x) { return f(x); } y = f(1);", "RASP0070")]
    [InlineData("def f(x) { return g(x) + g(x); } def g(x) { return f(x) + f(x); } y = f(indices);", "RASP0070")]
    [InlineData("def f(x, n) { return f(x, n - 1) + f(x, n - 1) if n > 0 else x; } y = f(indices, 40);", "RASP0071")]
    [InlineData("x = indices[-9223372036854775807 - 1];", "")]
    [InlineData("load \"a\0b\";", "RASP0021")]
    public void It_ends_with_an_error(string source, string code) => Fails(source, code.Length > 0 ? [code] : []);

    [Fact]
    public void Selectors_of_shared_parts_are_not_visited_once_a_path() =>
        Runs("s = select(tokens, tokens, ==);\nfor i in range(60) { s = (s or full_s) and (s or full_s); }\nx = aggregate(s, indices);");

    [Fact]
    public void Exponents_of_shared_parts_are_not_visited_once_a_path() =>
        Runs("n = indices;\nfor i in range(60) { n = n + n; }\nx = 1 ^ n;");

    [Fact]
    public void Lists_of_shared_parts_are_compared_within_the_limit() =>
        Fails("a = [1]; b = [1];\nfor i in range(60) { a = [a, a]; b = [b, b]; }\nx = 1 if a == b else 2;");

    [Fact]
    public void A_long_list_read_in_a_loop_has_one_table() =>
        Runs("l = range(100000);\nfor i in range(10000) { x = l[indices + i]; }");

    [Fact]
    public void A_long_list_searched_in_a_loop_counts() =>
        Fails("l = range(100000);\nfor i in range(100000) { x = i in l; }", "RASP0071");

    [Fact]
    public void A_letter_of_a_long_text_is_read_without_the_others() =>
        Runs("t = \"a\" * 100000;\nfor i in range(50000) { x = t[i]; }\ny = indices;");

    [Fact]
    public void Long_names_are_not_compared_letter_by_letter() =>
        Fails($"{new string('a', 50_000)} = 1;\nx = {new string('b', 50_000)};", "RASP0030");

    [Fact]
    public void A_number_of_a_million_digits_is_too_large() => Fails($"x = {new string('7', 1_000_000)};", "RASP0011");

    [Fact]
    public void Zeros_do_not_make_a_number_too_large() => Runs($"x = indices + {new string('0', 500)}7.5{new string('0', 500)};");

    [Fact]
    public void A_chain_of_a_hundred_thousand_operators_runs_or_is_an_error() => Ends("x = indices" + Repeat(" + 1", 100_000) + ";");

    [Fact]
    public void A_chain_of_thirty_thousand_indices_runs_or_is_an_error() => Ends("x = " + Repeat("[", 1) + "1]" + Repeat("[0]", 30_000) + ";");

    [Fact]
    public void A_deep_graph_from_a_loop_runs() => Runs("x = indices;\nfor i in range(20000) { x = x + (i % 7); }");

    [Fact]
    public void A_deep_selector_from_a_loop_runs() => Runs("s = full_s;\nfor i in range(5000) { s = s and select(indices, i, !=); }\nx = selector_width(s);");

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static void Fails(string source, params string[] codes)
    {
        Compilation compilation = Compilation.Parse(source, "test.rasp");
        foreach (string code in codes) Assert.Contains(code, compilation.Diagnostics.Select(d => d.Code));
        if (compilation.Program is not null) Run(compilation);
    }

    private static void Runs(string source)
    {
        Compilation compilation = Compilation.Parse(source, "test.rasp");
        Assert.DoesNotContain(compilation.Diagnostics, d => d.Severity == Severity.Error);
        Run(compilation);
    }

    private static void Ends(string source)
    {
        Compilation compilation = Compilation.Parse(source, "test.rasp");
        if (compilation.Program is null) Assert.NotEmpty(compilation.Diagnostics);
        else Run(compilation);
    }

    private static void Run(Compilation compilation)
    {
        Assert.NotNull(compilation.Program);
        EvaluationPlan plan = new Interpreter(causal: false).Prepare([.. compilation.Program.SOps.Select(s => s.SOp)]);
        Assert.True(plan.TryEvaluate(Running.Characters("abc").AsSpan(), out EvaluationError? error) == error is null);
    }
}
